"""Integer roots, published to whoever subscribed."""

import math

import pydev


def sqrt(value):
    """Publish the integer root of value and the remainder; a negative value is a ValueError, so an alarm."""
    root = math.isqrt(value)
    pydev.iointr("sqrt_int", root)
    pydev.iointr("sqrt_remain", value - root * root)


if __name__ == "__main__":
    sqrt(10)
