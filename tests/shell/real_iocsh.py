"""The iocsh of EPICS itself, run on a script: python real_iocsh.py [--pvxs] SCRIPT. Status 1 when the script failed.

With --pvxs it is the shell of softIocPVX: the PVAccess server and its commands are there as well.
"""

import ctypes
import os
import sys

from epicscorelibs import ioc

definitions = [("base.dbd", ioc.DEFAULT_DBD_PATH), ("system.dbd", ioc.DEFAULT_DBD_PATH)]
if sys.argv[1] == "--pvxs":
    import pvxslibs
    from setuptools_dso import find_dso

    for name in ("pvxs", "pvxsIoc"):
        ctypes.CDLL(find_dso(f"pvxslibs.lib.{name}"), ctypes.RTLD_GLOBAL)
    definitions.append(("pvxsIoc.dbd", os.path.join(os.path.dirname(pvxslibs.__file__), "dbd")))
ioc.iocshRegisterCommon()
for dbd, path in definitions:
    assert ioc.dbLoadDatabase(dbd.encode(), path.encode(), None) == 0
assert ioc.registerRecordDeviceDriver(ioc.pdbbase) == 0
iocsh = ioc.Com.iocsh
iocsh.argtypes = [ctypes.c_char_p]
failed = iocsh(sys.argv[-1].encode())
ctypes.CDLL(None).fflush(None)
os._exit(1 if failed else 0)
