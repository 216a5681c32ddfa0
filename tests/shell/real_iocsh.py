"""The iocsh of EPICS itself, run on a script: python real_iocsh.py SCRIPT. Exit status 1 when the script failed."""

import ctypes
import sys

from epicscorelibs import ioc

ioc.iocshRegisterCommon()
for dbd in ("base.dbd", "system.dbd"):
    assert ioc.dbLoadDatabase(dbd.encode(), ioc.DEFAULT_DBD_PATH.encode(), None) == 0
assert ioc.registerRecordDeviceDriver(ioc.pdbbase) == 0
iocsh = ioc.Com.iocsh
iocsh.argtypes = [ctypes.c_char_p]
failed = iocsh(sys.argv[1].encode())
sys.stdout.flush()
sys.exit(1 if failed else 0)
