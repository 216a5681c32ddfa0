"""pydev("code") and what helps with it: the user's Python, in the namespace that all records share."""

from __future__ import annotations

import importlib
import keyword
import os
import sys
from collections.abc import Iterator
from types import ModuleType

from pydevpva.errors import CodeError
from pydevpva.evaluator.failures import traceback_text
from pydevpva.records.core.record import Record
from pydevpva.shell.commands.records import NAME, find
from pydevpva.shell.language.registry import INT, MODULE, PYTHON, Argument, CommandFailed, command
from pydevpva.shell.reports.usercode import code_of, failures_of, sources
from pydevpva.shell.session import Shell

SHOWN = 10
CODE = Argument("pycode", PYTHON)


@command("pydev", CODE, of="PyDevice")
def pydev(shell: Shell, source: str | None) -> int:
    """Run Python code in the namespace that the records' links share. At the prompt, values are shown.

    It may go on over several lines, until the quote is closed. At a terminal `pydev` alone is a Python prompt, which
    Ctrl-D ends.

    Example: pydev("from mydevice import MyDevice; device1 = MyDevice('127.0.0.1')")
    """
    if not source:
        if shell.enter_python is None or not shell.scope.interactive:
            raise CommandFailed('Usage: pydev("code")')
        shell.enter_python()
        return 0
    shell.out.flush()
    try:
        if shell.scope.interactive:
            shell.ioc.evaluator.run_lines(source, lambda value: shell.print(repr(value)))
        else:
            scope = shell.scope
            shell.ioc.run_python(source, f"{scope.path}:{scope.line}" if scope.path else "")
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        shell.error(str(error) if isinstance(error, CodeError) else traceback_text(error))
        if isinstance(error, ModuleNotFoundError):
            shell.complain(_where_modules_are())
        if isinstance(error, CodeError) and keyword.iskeyword(source):  # the line was split at its spaces
            shell.complain(f'    the code goes into quotes: pydev("{source} ...")')
        return -1
    return 0


def _where_modules_are() -> str:
    path = os.environ.get("PYTHONPATH")
    known = f"is {path}" if path else "is not set"
    return (
        f'    PYTHONPATH {known}: epicsEnvSet("PYTHONPATH", "...") before this line names the folders of your modules; '
        "others come by pip install"
    )


@command("pydevExec", CODE, of="PyDevice")
def pydev_exec(shell: Shell, source: str | None) -> int | None:
    """The same as pydev."""
    return pydev(shell, source)


@command("pydevReload", Argument("module", MODULE), of="pydevpva")
def pydev_reload(shell: Shell, name: str | None) -> int:
    """Import a module anew after its file was changed; what the records' namespace has from it becomes the new.

    Objects that were made from its classes stay what they were; those in the namespace are named.

    Example: pydevReload mydevice
    """
    if not name:
        raise CommandFailed("Usage: pydevReload module")
    module = sys.modules.get(name)
    if module is None:
        raise CommandFailed(f'pydevReload: {name} has not been imported; pydev("import {name}") does so')
    before = dict(vars(module))
    try:
        importlib.reload(module)
    except Exception as error:
        shell.complain(traceback_text(error))
        return -1
    shell.ioc.evaluator.processes.renew()
    renewed = _renew(shell.ioc.evaluator.namespace, before, vars(module))
    shell.print(f"{name} reloaded from {module.__file__}" + (f"; renewed: {', '.join(renewed)}" if renewed else ""))
    for line in _left_behind(shell.ioc.evaluator.namespace, module):
        shell.print(line)
    return 0


def _renew(namespace: dict[str, object], before: dict[str, object], after: dict[str, object]) -> list[str]:
    """Give `from module import name` its new value; the names that changed."""
    renewed = []
    for name, value in list(namespace.items()):
        for key, old in before.items():
            if value is old and key in after and after[key] is not old and not key.startswith("__"):
                namespace[name] = after[key]
                renewed.append(name)
                break
    return sorted(renewed)


def _left_behind(namespace: dict[str, object], module: ModuleType) -> Iterator[str]:
    """The objects whose class the module has replaced, in this reload or an earlier one."""
    for name, value in list(namespace.items()):
        for kind in type(value).__mro__:
            own = kind.__module__ == module.__name__ and kind.__qualname__ == kind.__name__
            if own and vars(module).get(kind.__name__) is not kind:
                yield f"{name} is still of the old {kind.__name__}: make it anew"
                break


@command("pydevShow", Argument("level", INT), of="pydevpva")
def pydev_show(shell: Shell, level: int) -> None:
    """Print what the evaluator does: its queue, what runs or awaits, tasks, what is slow, what fails, events.

    With level 1 all records and events, not only the worst.
    """
    evaluator = shell.ioc.evaluator
    threads, queued, done = evaluator.threads(), evaluator.backlog(), evaluator.count()
    shell.print(f"Evaluator: {threads} thread{'' if threads == 1 else 's'}, {queued} waiting, {done} done")
    for running in evaluator.running():
        shell.print(f"    running {running.label} for {running.seconds:.3f} s")
    _show_later(shell, None if level > 0 else SHOWN)
    if longest := shell.ioc.database.loop.pieces.longest:
        shell.print(f"Database thread: the longest piece of work took {longest}")
    most = None if level > 0 else SHOWN
    if slow := evaluator.slowest()[:most]:
        shell.print("Slowest:      runs   mean ms    max ms")
        for spent in slow:
            mean = spent.seconds / spent.count * 1e3
            shell.print(f"    {spent.count:14d} {mean:9.3f} {spent.longest * 1e3:9.3f}  {spent.label}")
    failing = sorted((failed for failed in shell.in_steps(_failed(shell)) if failed is not None), reverse=True)
    if failed := failing[:most]:
        shell.print("Errors:")
        for count, name, text in failed:
            shell.print(f"    {count:14d}  {name}: {text}")
    if events := evaluator.events.report()[:most]:
        shell.print("Events:  published   pending coalesced")
        for event in events:
            counts = f"{event.published:13d} {event.pending:9d} {event.coalesced:9d}"
            shell.print(f"    {counts}  {event.name} = {event.last}")


def _show_later(shell: Shell, most: int | None) -> None:
    """The tasks beside the records, and the records that await."""
    tasks, records = shell.ioc.evaluator.later.report()
    for task in tasks:
        shell.print(f"    task {task.name} for {task.seconds:.3f} s")
    workers, at_work, waiting = shell.ioc.evaluator.processes.report()
    if workers:
        shell.print(f"    processes: {workers}, {at_work} at work, {waiting} calls waiting")
    if records:
        shell.print(f"    awaiting: {len(records)}")
    for record in records[:most]:
        shell.print(f"        {record.name} for {record.seconds:.3f} s")


def _failed(shell: Shell) -> Iterator[tuple[int, str, str] | None]:
    """Of each record, how often its code failed, and how; None: never."""
    for record in shell.ioc.database.records.values():
        failures = failures_of(record)
        if failures is not None and failures.count:
            yield failures.count, record.NAME, (failures.last.splitlines() or [""])[-1]
        else:
            yield None


@command("dbcalls", NAME, of="pydevpva")
def dbcalls(shell: Shell, name: str | None) -> int:
    """Print the Python of a record, where it is written, what it calls, and its last traceback.

    Example: dbcalls LAB:Temp
    """
    if not name:
        raise CommandFailed("Usage: dbcalls 'record name'")
    record = find(shell, name)
    if record is None:
        return -1
    found = code_of(record)
    if found is None:
        shell.print(f"{record.NAME} calls no Python (it is no pycalc, sub or aSub, and its DTYP is not pydev)")
        return 0
    for line in _calls(shell, record, *found):
        shell.print(line)
    return 0


def _calls(shell: Shell, record: Record, field: str, text: str) -> Iterator[str]:
    instance = shell.ioc.instances.get(record.NAME)
    given = instance.fields.get(field) if instance is not None else None
    yield f"{record.NAME}.{field}: {text}"
    if given is not None:
        unchanged = given.text.strip().removeprefix("@").strip() == text.strip()
        yield f"    written in {given.location}" if unchanged else "    put since iocInit"
    for name, where in sources(text, shell.ioc.evaluator.namespace):
        yield f"    {name} is in {where}"
    spent = next((s for s in shell.ioc.evaluator.slowest() if s.label == f"<{record.NAME}.{field}>"), None)
    if spent is not None:
        mean, longest = spent.seconds / spent.count * 1e3, spent.longest * 1e3
        yield f"    {spent.count} runs, mean {mean:.3f} ms, max {longest:.3f} ms"
    failures = failures_of(record)
    if failures is not None and failures.count:
        yield f"    {failures.count} errors; the last that was new:"
        yield from (f"    {line}" for line in failures.last.splitlines())
