"""What sub and aSub share: SNAM and INAM name Python functions that get a snapshot of the record.

Database thread; the functions run on the evaluator thread, and what they assign is stored when they are over.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, ClassVar

from pydevpva.db.model import Field
from pydevpva.errors import NotFound, Stopped
from pydevpva.records.core.arrays import is_array
from pydevpva.records.core.fields import put, refuse
from pydevpva.records.core.record import Failures, Record
from pydevpva.records.core.values import STRING_BYTES, Sent
from pydevpva.records.results.scalar import NUMBERS, ResultError, converted, plain_number, shown, text
from pydevpva.records.shared.snapshot import Snapshot, View, changes

log = logging.getLogger(__name__)
Function = Callable[[Snapshot], object]
LONGEST_TEXT = 0x7FFF  # as much as any text field holds
_REFUSED = ("SPC_NOMOD", "SPC_ATTRIBUTE")


class Subroutine(Record):
    """A record that calls a function: `call` sets PACT, and when the function is over `process` runs once more.

    While the function that INAM names runs, processing waits for it.
    """

    __slots__ = ("_failures", "_starting", "_view", "_wanted", "function", "succeeded")
    code_fields = frozenset({"SNAM", "INAM"})
    functions: ClassVar[tuple[str, ...]] = ("SNAM", "INAM")
    program = "SNAM"
    inputs: ClassVar[tuple[str, ...]] = ()
    outputs: ClassVar[tuple[str, ...]] = ()
    function: Function | None
    succeeded: bool  # the last call: it returned, and what it assigned has been stored

    def start(self) -> None:
        """iocInit: nothing runs; INAM's function begins."""
        self._failures: Failures = self.host.failures(self)
        self._view = View(self, self.inputs, self.outputs)
        self._starting = self._wanted = self.succeeded = False
        self.function = None

    def run_inam(self) -> bool:
        """Begin INAM's function, if it is set; False when there is no such function, which is said."""
        if not self.INAM:
            return True
        if (native := self.host.native(self.INAM)) is not None:
            native(self)
            return True
        function = self.find("INAM")
        if function is None:
            return False
        self._starting = True
        snapshot = self._view.snapshot()
        self.host.call(function, (snapshot,), lambda _, error: self._inam_done(snapshot, error), self._failures)
        return True

    def _inam_done(self, snapshot: Snapshot, error: BaseException | None) -> None:
        self._finish("INAM", snapshot, None, error, returns=False)
        self._starting = False
        if self._wanted:
            self._wanted = False
            self._begin()

    def find(self, field: str) -> Function | None:
        """The function that SNAM or INAM names; None when there is none, which is said."""
        name = getattr(self, field)
        try:
            found: Function = self.host.subroutine(name)
        except NotFound as error:
            log.error("%s%s.%s: %s", self.host.place(self, field), self.NAME, field, error)
            return None
        return found

    def closed(self, field: Field, value: Sent) -> str:
        if field.name not in self.code_fields:
            return super().closed(field, value)
        if isinstance(value, dict):
            return super().closed(field, value)
        name = (value[0] if len(value) else "") if is_array(value) else value  # of an array the first element is stored
        return self.host.closed_name(name)

    def look_up(self) -> None:
        """After a put to SNAM: the function, or a refusal; then there is none."""
        self.function = None
        try:
            self.function = self.host.subroutine(self.SNAM)
        except NotFound as error:
            raise refuse(self, "SNAM", str(error)) from None

    # ---- calling ----

    def call(self) -> None:
        """Run the function; PACT stays set until it is over."""
        if self._starting:
            self._wanted = True
        else:
            self._begin()

    def _begin(self) -> None:
        snapshot = self._view.snapshot()
        assert self.function is not None
        self.host.call(
            self.function, (snapshot,), lambda result, error: self._done(snapshot, result, error), self._failures
        )

    def _done(self, snapshot: Snapshot, result: object, error: BaseException | None) -> None:
        if not isinstance(error, Stopped):
            self.succeeded = self._finish("SNAM", snapshot, result, error, returns=True)
            self.host.complete(self)

    def _finish(
        self, field: str, snapshot: Snapshot, result: object, error: BaseException | None, returns: bool
    ) -> bool:
        """Store what was assigned, or tell what went wrong; then nothing is stored."""
        if isinstance(error, Stopped):
            return False
        try:
            if error is not None:
                raise error
            given = changes(snapshot)
            assigned = {name: self._assigned(name, value) for name, value in given.items()}
            taken = converted(result, self.taken) if returns else {}
            self._store({**assigned, **taken})
        except Exception as failure:
            self._failures.tell(self, field, f"{getattr(self, field)}(record)", failure)
            return False
        self._failures.over()
        return True

    def _assigned(self, name: str, value: object) -> Any:
        try:
            return converted(value, partial(self.converted, name))
        except ResultError as error:
            raise ResultError(f"{name}{'' if str(error).startswith('cannot') else ':'} {error}") from None

    def taken(self, result: object) -> Mapping[str, Any]:
        """What the function's return value says of the record's fields."""
        raise NotImplementedError

    def converted(self, name: str, value: object) -> Any:
        """What was assigned as a value of the field's type. ResultError says why it is none."""
        field = self.rtype.fields[name]
        if field.special in _REFUSED or field.type == "NOACCESS":
            raise ResultError("cannot be assigned")
        try:
            if field.type == "STRING":
                return text(value, field.size - 1 if 0 < field.size <= STRING_BYTES else STRING_BYTES)
            if field.type in NUMBERS and not isinstance(value, str):
                return NUMBERS[field.type](plain_number(value))
            return text(value, LONGEST_TEXT) if isinstance(value, str) else NUMBERS[field.type](value)
        except KeyError:
            raise ResultError(f"{shown(value)} is not text") from None

    def _store(self, values: Mapping[str, Any]) -> None:
        for name, value in values.items():
            field = self.rtype.fields[name]
            if (name in self.inputs and field.type == "NOACCESS") or name in self.outputs:
                self.put_array(name, value)
            elif field.special or field.prop or field.type.endswith("LINK") or isinstance(value, str):
                put(self, field, value)
            else:
                setattr(self, name, value)
