"""Loads .db files with EPICS's own dbStaticLib and tells what came of each: run as a process, since pdbbase is global.

python real_epics.py <directory>: loads each NN.db or NN.substitutions with the macros in NN.macros, writes the status
to NN.status, and at the end dbDumpRecord of all fields to "dump". May crash, as the parser does after some errors;
run again it goes on behind that case.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path


def main(directory: str) -> None:
    from epicscorelibs import ioc

    ioc.iocshRegisterCommon()
    if ioc.dbLoadDatabase(b"base.dbd", ioc.DEFAULT_DBD_PATH.encode(), None):
        sys.exit("base.dbd cannot be loaded")
    ioc.registerRecordDeviceDriver(ioc.pdbbase)
    os.chdir(directory)
    for macros in sorted(Path(".").glob("*.macros")):
        case = macros.stem
        if os.path.exists(f"{case}.status"):
            continue  # by a run before that EPICS's parser did not survive
        Path(f"{case}.status").write_text("crash")
        if os.path.exists(f"{case}.db"):
            status = ioc.dbLoadRecords(f"{case}.db".encode(), macros.read_bytes())
        else:
            status = ioc.dbCore.dbLoadTemplate(f"{case}.substitutions".encode(), macros.read_bytes())
        Path(f"{case}.status").write_text(str(status))
    ioc.ioc('dbDumpRecord pdbbase "" 2 > dump')
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1])
