"""pythonSoftIOC (softioc): aOut records whose on_update evaluates the same expression."""

from __future__ import annotations

import sys
import threading
from typing import Any

from softioc import asyncio_dispatcher, builder, softioc

code = compile("VAL*2", "<softioc>", "eval")


def main() -> None:
    dispatcher = asyncio_dispatcher.AsyncioDispatcher()

    async def update(value: float, record: Any = None) -> None:
        eval(code, {"VAL": value})

    builder.SetDeviceName("x")
    for i in range(int(sys.argv[1])):
        builder.aOut(str(i), on_update=update, always_update=True, blocking=True)
    builder.LoadDatabase()
    softioc.iocInit(dispatcher)
    threading.Event().wait()


main()
