"""Loads files with EPICS's own dbStaticLib and tells what came of each: run as a process, since pdbbase is global.

python real_epics.py JOBS: a JSON file {"dbd": [paths], "jobs": [{"file", "kind", "directory", "macros", "path",
"environment", "result"}]}. Each job is done in a child that has all definitions loaded, so that nothing of a job,
not even a crash of the parser, reaches another. It leaves RESULT.status ("0", another number, "crash"),
RESULT.err (all that EPICS said) and RESULT.dump (dbDumpRecord of all fields).
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

SECONDS = 20  # for one job
SIZES = dict(zip(range(1, 13), (1, 1, 2, 2, 4, 4, 8, 8, 4, 8, 2, 2), strict=True)) | {13: 2}  # DBF_CHAR .. DBF_DEVICE
LINK_BYTES, OTHER_BYTES = 128, 512  # more than enough; FIELD_DES.size of a DBF_NOACCESS is not used here

Job = dict[str, Any]


def run(jobs: list[Job], dbd: list[str]) -> None:
    """Have EPICS do the jobs, in a process of its own."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump({"dbd": dbd, "jobs": jobs}, file)
        file.flush()
        command = [sys.executable, __file__, file.name]
        done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, text=True, errors="replace")
    if done.returncode:
        raise AssertionError(f"EPICS did not load its definitions:\n{done.stderr}")


def main(path: str) -> None:
    from epicscorelibs import ioc

    plan = json.loads(Path(path).read_text())
    _load_base(ioc)
    for dbd in plan["dbd"]:
        ioc.dbLoadDatabase(dbd.encode(), os.path.dirname(dbd).encode() + b":" + ioc.DEFAULT_DBD_PATH.encode(), None)
    _give_sizes(ioc.pdbbase.value)
    for job in plan["jobs"]:
        _in_child(ioc, job)
    os._exit(0)


def _load_base(ioc: Any) -> None:
    """base.dbd, and the pva links of pvxs when it is there, with what implements them."""
    ioc.iocshRegisterCommon()
    files = [("base.dbd", ioc.DEFAULT_DBD_PATH)]
    try:
        import pvxslibs.path

        for library in ("pvxslibs.lib.pvxs", "pvxslibs.lib.pvxsIoc"):
            ctypes.CDLL(ioc.find_dso(library), ctypes.RTLD_GLOBAL)
        files.append(("pvxsIoc.dbd", pvxslibs.path.dbd_path))
    except ImportError:
        pass
    for file, directory in files:
        if ioc.dbLoadDatabase(file.encode(), directory.encode(), None):
            sys.exit(f"{file} cannot be loaded")
    ioc.registerRecordDeviceDriver(ioc.pdbbase)


class FieldDes(ctypes.Structure):
    """dbFldDes of dbBase.h."""

    _fields_ = [
        ("prompt", ctypes.c_char_p),
        ("name", ctypes.c_char_p),
        ("extra", ctypes.c_char_p),
        ("record_type", ctypes.c_void_p),
        ("index", ctypes.c_short),
        ("special", ctypes.c_short),
        ("type", ctypes.c_int),
        ("flags", ctypes.c_uint),
        ("base", ctypes.c_int),
        ("promptgroup", ctypes.c_short),
        ("interest", ctypes.c_short),
        ("as_level", ctypes.c_int),
        ("initial", ctypes.c_char_p),
        ("private", ctypes.c_void_p),
        ("size", ctypes.c_short),
        ("offset", ctypes.c_ushort),
    ]


class RecordType(ctypes.Structure):
    """dbRecordType of dbBase.h."""

    _fields_ = [
        ("next", ctypes.c_void_p),
        ("previous", ctypes.c_void_p),
        ("lists", (ctypes.c_void_p * 3) * 4),
        ("name", ctypes.c_char_p),
        ("no_fields", ctypes.c_short),
        ("counts", ctypes.c_short * 3),
        ("pointers", ctypes.c_void_p * 4),
        ("value_index", ctypes.c_short),
        ("fields", ctypes.POINTER(ctypes.POINTER(FieldDes))),
        ("rset", ctypes.c_void_p),
        ("rec_size", ctypes.c_int),
    ]


def _record_types(pdbbase: int) -> list[RecordType]:
    found = []
    at = ctypes.c_void_p.from_address(pdbbase + 24).value  # the second ELLLIST (first, last, count) of dbBase
    while at:
        found.append(RecordType.from_address(at))
        at = found[-1].next
    return found


def _give_sizes(pdbbase: int) -> None:
    """Let records of types that have definitions but no code be made: tell where each field is, as their code would."""
    types = _record_types(pdbbase)
    model = next(rtype for rtype in types if rtype.name == b"ai")
    common = {}
    for i in range(model.no_fields):
        des = model.fields[i].contents
        common[des.name] = des
        if des.name == b"UTAG":
            break
    for rtype in types:
        if rtype.rec_size or rtype.no_fields < len(common):
            continue
        at = common[b"UTAG"].offset + 8
        for i in range(rtype.no_fields):
            des = rtype.fields[i].contents
            known = common.get(des.name)
            if known is not None:
                des.size, des.offset = known.size, known.offset
                continue
            if des.type:  # DBF_STRING has its size from the .dbd
                des.size = SIZES.get(des.type, LINK_BYTES if des.type < 17 else OTHER_BYTES)
            des.offset = at
            at += des.size + 7 & ~7
        rtype.rec_size = at


def _in_child(ioc: Any, job: Job) -> None:
    Path(job["result"] + ".status").write_text("crash")
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        return
    try:
        signal.alarm(SECONDS)
        said = os.open(job["result"] + ".err", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(said, 1)
        os.dup2(said, 2)
        os.chdir(job["directory"])
        _do(ioc, job)
    finally:
        os._exit(1)


def _do(ioc: Any, job: Job) -> None:
    environment = {**job.get("environment", {}), "EPICS_DB_INCLUDE_PATH": job.get("path") or "."}
    for name, value in environment.items():
        ioc.Com.epicsEnvSet(name.encode(), value.encode())
    file, macros = job["file"].encode(), job["macros"].encode()
    if job["kind"] == "dbd":
        status = ioc.dbLoadDatabase(file, None, macros)
    elif job["kind"] == "substitutions":
        status = ioc.dbCore.dbLoadTemplate(file, macros)
    else:
        status = ioc.dbLoadRecords(file, macros)
    flush = ctypes.CDLL(None).fflush
    flush(None)
    os.dup2(os.open(job["result"] + ".dump", os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 1)
    ioc.dbCore.dbDumpRecord(
        ioc.pdbbase, b"", 2
    )  # not as a command: iocsh would wait for a thread that fork left behind
    flush(None)
    Path(job["result"] + ".status").write_text(str(status))


if __name__ == "__main__":
    main(sys.argv[1])
