"""Settings of the whole process that users' code may make: the start, the log and SIGTERM go on as before."""

from __future__ import annotations

from tests.clients import p4p_context
from tests.ioc_process import PATIENCE, Starter

DB = 'record(ai,"fails") { field(DTYP,"pydev") field(INP,"@1/0") field(PINI,"YES") }'
SETTINGS = """
import asyncio, logging.config, signal, sys
logging.config.dictConfig({"version": 1})  # disables all loggers that were made before
sys.setswitchinterval(1e-9)
loop = asyncio.new_event_loop()
loop.add_signal_handler(signal.SIGTERM, print)
loop.remove_signal_handler(signal.SIGTERM)
loop.close()
"""
STREAMS = """
import sys
class Failing:
    def write(self, text):
        raise RuntimeError(text)
sys.stdout, sys.stderr = {stdout}, {stderr}
"""


def setup(start: Starter, name: str, text: str) -> list[str]:
    folder = start.file(f"{name}.py", text).parent
    return [f'epicsEnvSet("PYTHONPATH","{folder}")', f'pydev("import {name}")']


def test_the_log_goes_on_and_sigterm_ends_the_ioc(start: Starter) -> None:
    server = start.pydevpva(db=DB, startup=setup(start, "settings", SETTINGS))
    server.wait_log("ERROR fails.INP: ZeroDivisionError: division by zero")
    server.wait_log("All initialization complete")
    assert server.terminate() == 0


def test_streams_of_the_users_own_that_fail_do_not_end_the_start(start: Starter) -> None:
    for name, given in (("one", ("Failing()", "None")), ("other", ("None", "Failing()"))):
        text = STREAMS.format(stdout=given[0], stderr=given[1])
        server = start.pydevpva(db=DB, startup=setup(start, name, text))
        with p4p_context(server.environment) as client:
            assert client.get("fails", timeout=PATIENCE)["alarm"]["severity"] == 3
        assert server.terminate() == 0
