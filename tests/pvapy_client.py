"""A pvapy client that answers one JSON question per line of standard input; tests/clients.py speaks to it."""

from __future__ import annotations

import json
import queue
import sys
from collections.abc import Callable
from typing import Any

import pvaccess

PATIENCE = 20.0


def get(name: str, request: str) -> Any:
    channel = pvaccess.Channel(name)
    channel.setTimeout(PATIENCE)
    return dict(channel.get(request).toDict())


def put(name: str, request: str, value: Any) -> None:
    channel = pvaccess.Channel(name)
    channel.setTimeout(PATIENCE)
    if isinstance(value, list):
        channel.put([str(item) for item in value], request)
    else:
        channel.put(str(value) if isinstance(value, str) else value, request)


def monitor(name: str, request: str, count: int) -> list[Any]:
    updates: queue.SimpleQueue[Any] = queue.SimpleQueue()
    channel = pvaccess.Channel(name)
    channel.setTimeout(PATIENCE)
    channel.subscribe("updates", lambda update: updates.put(update.toDict()))
    channel.startMonitor(request)
    try:
        return [updates.get(timeout=PATIENCE) for _ in range(count)]
    finally:
        channel.stopMonitor()


def image(name: str, request: str) -> Any:
    """The 2-d image of an NTNDArray as pvapy's own utility decodes it, and its type."""
    from pvapy.utility.adImageUtility import AdImageUtility

    channel = pvaccess.Channel(name)
    channel.setTimeout(PATIENCE)
    pixels = AdImageUtility.reshapeNtNdArray(channel.get(request))[1]
    return [str(pixels.dtype), pixels]


def main() -> None:
    calls: dict[str, Callable[..., Any]] = {"get": get, "put": put, "monitor": monitor, "image": image}
    for line in sys.stdin:
        verb, *arguments = json.loads(line)
        try:
            answer = [calls[verb](*arguments), None]
        except Exception as error:  # the test sees it as PvapyError
            answer = [None, f"{type(error).__name__}: {error}"]
        print(json.dumps(answer, default=lambda value: value.tolist()), flush=True)


if __name__ == "__main__":
    main()
