"""Opens the displays of the examples in Phoebus, each against its running IOC, and writes docs/pictures/*.png.

Then looks at widgets of every kind, which must be the same pixel by pixel with softIocPVX: the "example" widgets.

python -m tests.displays PHOEBUS [EXAMPLE...]
"""

from __future__ import annotations

import shutil
import sys
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from p4p.client.thread import TimeoutError as NoAnswer

from tests.clients import p4p_context
from tests.displays.compare import compare
from tests.displays.phoebus import NotShown, Phoebus
from tests.displays.scenes import BY_EXAMPLE, beside
from tests.displays.screen import Screen, write_png
from tests.ioc_process import ROOT, Starter, free_ports

PICTURES = ROOT / "docs" / "pictures"
WIDGETS = "widgets"
FAILED = ROOT / "build" / "displays"


def product(folder: str) -> Path:
    """The jar that starts Phoebus. SystemExit with status 2 where something that is needed is not there."""
    jars = sorted(Path(folder).glob("product-*.jar"))
    if not jars:
        stop(f"there is no product-*.jar in {folder}: make displays needs the folder of a distribution of Phoebus")
    for program, package in (("java", "Java 17 or newer"), ("Xvfb", "Debian's xvfb")):
        if shutil.which(program) is None:
            stop(f"make displays needs {program}: {package}")
    return jars[-1].resolve()


def stop(text: str) -> None:
    print(text, file=sys.stderr)
    raise SystemExit(2)


def picture_of(name: str, jar: Path, folder: Path) -> np.ndarray:
    """The display of one example; NotShown when Phoebus did not show all of it."""
    example = ROOT / "examples" / name
    start = Starter(folder)
    try:
        instrument_port, _ = free_ports()
        server = start.pydevpva("st.cmd", cwd=example, env={"INSTRUMENT_PORT": str(instrument_port)})
        with (
            beside(name, server),
            p4p_context(server.environment) as client,
            closing(Screen(folder)) as screen,
            closing(Phoebus(jar, example / f"{name}.bob", screen, server.environment, folder)) as phoebus,
        ):
            BY_EXAMPLE[name](client)
            try:
                return phoebus.wait_connected()
            except NotShown as error:
                FAILED.mkdir(parents=True, exist_ok=True)
                write_png(FAILED / f"{name}.png", screen.shot())
                raise NotShown(f"{error}\nThe screen then: {FAILED.relative_to(ROOT)}/{name}.png") from None
    finally:
        start.kill_all()


def shown(name: str, jar: Path, folder: Path) -> str:
    """Look at one display; what to print of it."""
    if name == WIDGETS:
        compare(jar, folder, FAILED)
        return "the same pixels as with softIocPVX"
    path = PICTURES / f"{name}.png"
    write_png(path, picture_of(name, jar, folder))
    return f"{path.relative_to(ROOT)} {path.stat().st_size / 1000:.0f} kB"


def main() -> None:
    if len(sys.argv) < 2:
        stop(__doc__.splitlines()[-1])
    jar = product(sys.argv[1])
    known = [*sorted(BY_EXAMPLE), WIDGETS]
    names = sys.argv[2:] or known
    unknown = [name for name in names if name not in known]
    if unknown:
        stop(f"no example {unknown[0]}; there are {', '.join(known)}")
    PICTURES.mkdir(exist_ok=True)
    failed = 0
    for name in names:
        with TemporaryDirectory() as folder:
            try:
                print(f"{name:10} {shown(name, jar, Path(folder))}", flush=True)
            except (NotShown, AssertionError, NoAnswer) as error:
                failed += 1
                print(f"{name:10} failed: {error}", file=sys.stderr, flush=True)
    raise SystemExit(1 if failed else 0)


if __name__ == "__main__":
    main()
