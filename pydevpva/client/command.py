"""The command pydevpva-client: its arguments, what it prints, and its exit status. Main thread."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NoReturn

FAILED, BAD_USAGE = 1, 2
PATIENCE = 3.0  # seconds until a PV that is not there is said
_TEXT = """\
Values of EPICS servers: PVAccess, and Channel Access with --ca. Which servers are found is a matter of
EPICS_PVA_ADDR_LIST and its like, as for every client. Exit status: 0, 1 when a PV was not found or
refused something, 2 for a command line that is none.
"""


def main(argv: Sequence[str] | None = None) -> NoReturn:
    """The command."""
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    status = run(sys.argv[1:] if argv is None else argv)
    sys.stdout.flush()
    os._exit(status)  # nothing here needs an orderly end of the interpreter, which takes its time


def run(argv: Sequence[str]) -> int:
    """Do what the arguments say; the exit status."""
    arguments = _parser().parse_args(argv)
    import pydevpva.libraries  # noqa: F401  before p4p, which would import setuptools
    from pydevpva.client.reading import ClientError

    try:
        status: int = arguments.work(arguments)
    except ClientError as error:
        return _fail(str(error))
    except KeyboardInterrupt:
        return 0
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "pydevpva-client", description=_TEXT, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    verbs = parser.add_subparsers(required=True, metavar="get | put | monitor | info | list")
    get = _verb(verbs, "get", _get, "read values once", names="+")
    get.add_argument("--save", metavar="FILE", help="write the image or array to FILE.npy or FILE.png")
    put = _verb(verbs, "put", _put, "write a value, and wait until what it sets off is over")
    put.add_argument("name", metavar="NAME")
    put.add_argument("value", nargs="+", metavar="VALUE", help="text, a number, a label; JSON; several: an array")
    put.add_argument("--no-wait", action="store_true", help="do not wait for the end")
    put.add_argument(
        "--wait", type=float, metavar="S", help="seconds to wait for the end; without it, as long as needed"
    )
    monitor = _verb(verbs, "monitor", _monitor, "print each update, until Ctrl-C", names="+")
    monitor.add_argument("--count", type=int, metavar="N", help="end after N updates")
    monitor.add_argument("--for", dest="seconds", type=float, metavar="S", help="end after S seconds")
    _verb(verbs, "info", _info, "type, limits, choices, alarm and time", names="+")
    names = verbs.add_parser("list", help="the names that servers have, or with --servers the servers")
    names.add_argument("servers", nargs="*", metavar="HOST[:PORT]", help="without: all that answer")
    names.add_argument("--servers", dest="only_servers", action="store_true", help="where the servers are")
    names.add_argument("--match", metavar="PATTERN", help="names like this: 'Demo:*'")
    names.set_defaults(work=_list, json=False)
    _common(names)
    return parser


def _verb(verbs: Any, name: str, work: Callable[[Any], int], text: str, names: str = "") -> argparse.ArgumentParser:
    verb: argparse.ArgumentParser = verbs.add_parser(name, help=text, description=text)
    if names:
        verb.add_argument("names", nargs=names, metavar="NAME")
        verb.add_argument("--all", action="store_true", help="all elements and rows, not only the first")
        verb.add_argument("-t", "--terse", action="store_true", help="the value alone")
    verb.set_defaults(work=work)
    verb.add_argument("--ca", action="store_true", help="over Channel Access")
    _common(verb)
    return verb


def _common(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--json", action="store_true", help="one JSON object on each line")
    verb.add_argument("-w", "--timeout", type=float, default=PATIENCE, metavar="S", help="seconds to wait, 3")


def _client(arguments: argparse.Namespace) -> Any:
    if arguments.ca:
        from pydevpva.client.ca import CaClient

        return CaClient(arguments.timeout)
    from pydevpva.client.pva import PvaClient

    return PvaClient(arguments.timeout)


def _about(name: str, error: Exception) -> str:
    """The error with the PV's name before it, which servers of this package have put there."""
    return str(error) if str(error).startswith(name) else f"{name}: {error}"


def _fail(text: str) -> int:
    sys.stdout.flush()
    sys.stderr.write(f"pydevpva-client: {text}\n")
    return FAILED


def _show(arguments: argparse.Namespace, name: str, reading: Any, width: int = 0) -> None:
    from pydevpva.client import as_json, text

    if arguments.json:
        print(as_json.as_json(name, reading), flush=True)
    elif arguments.terse and not isinstance(reading.value, dict):
        alone = text.printable(reading.label) if reading.choices is not None else None
        print(text.plain_text(reading.value, arguments.all) if alone is None else alone, flush=True)
    else:
        print("\n".join(text.lines(name.ljust(width), reading, arguments.all)), flush=True)


def _get(arguments: argparse.Namespace) -> int:
    status, width = 0, max(map(len, arguments.names))
    if arguments.save and len(arguments.names) > 1:
        raise _usage("--save is for one name")
    for name, reading in _client(arguments).get(arguments.names):
        if isinstance(reading, Exception):
            status = _fail(f"{name}: {reading}")
            continue
        if arguments.save:
            from pydevpva.client.images import save

            print(save(reading, arguments.save))
        else:
            _show(arguments, name, reading, width)
    return status


def _usage(what: str) -> SystemExit:
    sys.stderr.write(f"pydevpva-client: {what}\n")
    return SystemExit(BAD_USAGE)


def _put(arguments: argparse.Namespace) -> int:
    from pydevpva.client.reading import ClientError

    try:
        _client(arguments).put(arguments.name, arguments.value, not arguments.no_wait, arguments.wait)
    except ClientError as error:
        return _fail(_about(arguments.name, error))
    return 0


def _monitor(arguments: argparse.Namespace) -> int:
    """An alarm of the system ends it after the time that was given."""
    from pydevpva.client.reading import ClientError

    if arguments.seconds is not None:
        signal.signal(signal.SIGALRM, signal.default_int_handler)
        signal.setitimer(signal.ITIMER_REAL, max(arguments.seconds, 1e-3))
    width, left, seen = max(map(len, arguments.names)), arguments.count, set()
    try:
        for name, reading in _client(arguments).monitor(arguments.names):
            seen.add(name)
            if isinstance(reading, ClientError):
                _fail(f"{name}: {reading}")
                continue
            _show(arguments, name, reading, width)
            left = None if left is None else left - 1
            if left == 0:
                return 0
    except KeyboardInterrupt:
        pass
    missing = [name for name in arguments.names if name not in seen]
    return _fail(f"{', '.join(missing)}: nothing came: no server has it, or none is reached") if missing else 0


def _info(arguments: argparse.Namespace) -> int:
    from pydevpva.client import as_json, text

    status = 0
    for name, reading in _client(arguments).get(arguments.names):
        if isinstance(reading, Exception):
            status = _fail(f"{name}: {reading}")
        elif arguments.json:
            print(as_json.as_json(name, reading, more=True))
        else:
            print("\n".join(text.information(name, reading)))
    return status


def _list(arguments: argparse.Namespace) -> int:
    import json
    from fnmatch import fnmatchcase

    status = 0
    for server, names in _listed(arguments):
        if isinstance(names, Exception):
            status = _fail(f"{server}: {names}")
            continue
        shown = [name for name in names if arguments.match is None or fnmatchcase(name, arguments.match)]
        if arguments.json:
            print(json.dumps({"server": server, "names": shown}))
        elif arguments.only_servers:
            print(server)
        elif shown:
            print("\n".join(shown))
    return status


def _listed(arguments: argparse.Namespace) -> Iterator[tuple[str, Any]]:
    from pydevpva.client import listing
    from pydevpva.client.reading import ClientError

    end = time.monotonic() + arguments.timeout
    servers = [listing.address(text) for text in arguments.servers] or list(listing.discover(min(arguments.timeout, 1)))
    if not servers:
        raise ClientError("no server answers; name one: list HOST:PORT")
    for host, port in servers:
        try:
            names = [] if arguments.only_servers else listing.names(host, port, max(0.1, end - time.monotonic()))
            yield f"{host}:{port}", sorted(names)
        except (ClientError, OSError) as error:
            yield f"{host}:{port}", error


if __name__ == "__main__":
    main()
