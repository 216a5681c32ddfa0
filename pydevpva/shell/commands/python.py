"""pydev("code"): the user's Python, in the namespace that all records share."""

from __future__ import annotations

from pydevpva.errors import CodeError
from pydevpva.evaluator.failures import traceback_text
from pydevpva.shell.registry import CommandFailed, command
from pydevpva.shell.session import Shell


@command("pydev", "pycode")
def pydev(shell: Shell, source: str | None) -> None:
    """Run Python code in the namespace that the records' links share. At the prompt, a value is shown.

    Example: pydev("from mydevice import MyDevice; device1 = MyDevice('127.0.0.1')")
    """
    if not source:
        raise CommandFailed('Usage: pydev("code")')
    shell.out.flush()
    try:
        value = shell.ioc.run_python(source)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        # as in PyDevice the line does not count as an error: `on error break` goes on
        shell.complain(str(error) if isinstance(error, CodeError) else traceback_text(error))
        return
    if value is not None and shell.scope.interactive:
        shell.print(repr(value))
