"""A step scan over two stages: a program that clients start, watch, pause and abort."""

import devices
import numpy

import pydev

P = "Example:Scan:"


def record(name):
    """A record of this IOC. The scan uses no more of the stages than a client would: they may be another IOC's."""
    return pydev.record(P + name)


@pydev.Program("scan")
async def scan(program):
    """Line by line. However it ends, the stages stand still and the shutter is closed."""
    rows = numpy.linspace(
        *[await record(name).aget() for name in ("From:Y", "To:Y")], int(await record("Lines").aget())
    )
    columns = numpy.linspace(
        *[await record(name).aget() for name in ("From:X", "To:X")], int(await record("Points").aget())
    )
    try:
        await record("Shutter").aput(1)
        for line, at_y in enumerate(rows):
            await record("Y").aput(at_y)
            await scan_line(program, columns, f"line {line + 1} of {len(rows)}", line / len(rows), 1 / len(rows))
    finally:
        make_safe()


async def scan_line(program, columns, text, progress, share):
    """Publishes what it has after each point."""
    seen = []
    for number, at_x in enumerate(columns):
        await program.step(f"{text}, point {number + 1}", progress + share * number / len(columns))
        await record("X").aput(at_x)
        await record("Signal").aprocess()
        seen.append(await record("Signal").aget())
        pydev.iointr("scan.x", columns[: number + 1])
        pydev.iointr("scan.signal", numpy.array(seen))


def make_safe():
    """Without waiting, and without records: at the IOC's end they take no puts any more."""
    devices.x.stop()
    devices.y.stop()
    devices.shutter.set(0)
