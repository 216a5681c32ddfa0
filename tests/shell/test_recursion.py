"""Endless recursion of user code is an error of that code, on whatever thread, and not the end of the IOC."""

from __future__ import annotations

from pathlib import Path

from tests.shell.both import OURS, run

MODULE = """
import threading
class Endless:
    def __repr__(self): return repr([self])
def try_it():
    try: repr(Endless())
    except RecursionError: print("RecursionError", flush=True)
def on_a_thread():
    thread = threading.Thread(target=try_it)
    thread.start()
    thread.join()
"""
DB = 'record(ao, "x") { field(DTYP, "pydev") field(OUT, "@try_it()") }'


def test_endless_recursion_is_an_error_on_every_thread(tmp_path: Path) -> None:
    script = 'pydev("from endless import *")\ndbLoadRecords x.db\niocInit\npydev("try_it()")\npydev("on_a_thread()")\n'
    script += "dbpf x 1\nepicsThreadSleep 1\necho end\n"
    result = run(OURS, script, tmp_path, {"x.db": DB, "endless.py": MODULE})
    assert (result.out.count("RecursionError"), result.out[-1]) == (3, "end")
