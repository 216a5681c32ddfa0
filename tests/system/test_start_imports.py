"""What the start of an IOC imports: each module is time before the first get, and memory as long as it runs."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from p4p.client.thread import Context

from tests.ioc_process import ServerProcess, Starter


@pytest.mark.parametrize(
    "module", ["asyncio", "pydevpva.evaluator.workers.slot", "setuptools", "pkg_resources", "pyparsing"]
)
def test_what_only_some_iocs_need_is_not_imported_at_start(
    module: str, start: Starter, p4p_client: Callable[[ServerProcess], Context]
) -> None:
    code = f"int('{module}' in __import__('sys').modules)"
    ioc = start.pydevpva(db=f'record(longout,"imported") {{ field(DTYP,"pydev") field(OUT,"@{code}") field(VAL,"9") }}')
    client = p4p_client(ioc)
    client.put("imported", {"value": 5}, wait=True, get=False)
    assert client.get("imported")["value"] == 0
