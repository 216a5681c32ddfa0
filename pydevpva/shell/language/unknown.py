"""What to say of a command that is not there, and of a macro without a value. Pure functions."""

from __future__ import annotations

from collections.abc import Collection

from pydevpva.db import modules
from pydevpva.db.modules import Module
from pydevpva.errors import did_you_mean

NOT_THERE = "; it configures a C driver, or is misspelled: 'help' lists the commands there are"
MEANT = {  # words from elsewhere, and what stands for them here
    "record": '; a database is loaded by dbLoadRecords("file.db"), or by pydevpva -d file.db',
    **dict.fromkeys(("import", "from", "print", "def"), '; Python goes into pydev("...")'),
    **dict.fromkeys(("caget", "pvget"), "; did you mean dbgf?"),
    **dict.fromkeys(("caput", "pvput"), "; did you mean dbpf?"),
    **dict.fromkeys(("camonitor", "pvmonitor"), "; did you mean dbwatch?"),
    "quit": "; did you mean exit?",
    "save_restoreSet_NFSHost": "; the operating system mounts folders here: set_savefile_path names the mounted one",
}


def meant(line: str) -> str:
    """What a line is for that begins with a word from elsewhere; "" for any other."""
    return MEANT.get(line.replace("(", " ").split()[0], "")


def command(name: str, known: Collection[str]) -> tuple[str, str]:
    """(what to tell once, advice) for a command that is none of those known."""
    if name not in MEANT and (module := modules.of_command(name)) is not None:
        return module.name, f", and others like it. {_of(module)}"
    return name, MEANT.get(name) or did_you_mean(name, known) or NOT_THERE


def macro(name: str) -> str:
    """Advice for a macro without a value."""
    module = modules.of_macro(name)
    otherwise = f"or give a default, $({name}=...)" if module is None else f"if its files are needed. {_of(module)}"
    return f'set it first, epicsEnvSet("{name}", "..."), {otherwise}'


def _of(module: Module) -> str:
    return f"It belongs to {module.name}: {module.advice}"
