"""What a record or alias may be called, as dbRecordHead and dbAlias of dbLexRoutines.c have it. No thread."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pydevpva.db.macros import undefined

NAME_BYTES = 60  # PVNAME_STRINGSZ without the NUL
_GOOD = re.compile(r"[^-+\[{\x00-\x20\"'.$][^\x00-\x20\"'.$]*")
_NEVER = frozenset(" \"'.$")


@dataclass(frozen=True, slots=True)
class Complaint:
    """What is wrong with a name: fatal, or to be warned of. `cause`: the macro to mend."""

    message: str
    cause: str = ""
    fatal: bool = True


def complaint(name: str) -> Complaint | None:
    """None for a name that nobody minds."""
    if _GOOD.fullmatch(name):
        return None
    if not name:
        return Complaint("the name of a record or alias is empty")
    if _NEVER.intersection(name):
        if macros := undefined(name):
            return Complaint(f'the name "{name}" has an undefined macro', f"macro {macros[0]}")
        first = next(character for character in name if character in _NEVER)
        return Complaint(f"the name \"{name}\" has a bad character '{first}'")
    why = f"begin with '{name[0]}'" if name[0] in "-+[{" else "have unprintable characters"
    return Complaint(f'the name "{name}" should not {why}', fatal=False)
