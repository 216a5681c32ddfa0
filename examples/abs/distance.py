"""Distances."""


def between(value, centre):
    """How far value is from centre."""
    return abs(value - centre)


if __name__ == "__main__":
    print(between(-3.3, 5))
