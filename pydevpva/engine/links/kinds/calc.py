"""{"calc": {expr: "A*2", args: [{"state": "red"}, 5]}}: an expression as a link (EPICS: lnkCalc.c). Database thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydevpva.db.json5 import Json
from pydevpva.db.model import Field
from pydevpva.engine.links.computed import ComputedLink
from pydevpva.engine.links.json_kinds import Opener, check_link, json_link, make_child
from pydevpva.errors import did_you_mean
from pydevpva.libcom import CALC_NAMES, Calc, CalcArgs, CalcError
from pydevpva.records.core.alarm import LINK, MAJOR, MINOR, raise_alarm
from pydevpva.records.core.arrays import first
from pydevpva.records.core.links import Link
from pydevpva.records.core.record import DEVICE_TIME, Record
from pydevpva.records.core.values import Value, to_number

KEYS = ("expr", "major", "minor", "args", "units", "prec", "time", "out")
TIMES = CALC_NAMES[:12]


class CalcLink(ComputedLink):
    """The value of `expr` over its inputs; `major` and `minor` that are not 0 raise LINK alarms.

    Written to, VAL in the expressions is what is written; their result goes to `out`.
    """

    __slots__ = (
        "_alarm", "_args", "_expressions", "_inputs", "_out", "_precision", "_time", "_time_input", "_units",
    )  # fmt: skip

    def __init__(self, record: Record, field: Field, text: str, settings: dict[str, Any]) -> None:
        super().__init__(record, field, text)
        self._expressions: dict[str, Calc] = {
            key: Calc(settings[key]) for key in ("expr", "major", "minor") if key in settings
        }
        self._args = CalcArgs()
        self._inputs: list[tuple[int, Link]] = []
        self._out: Link | None = settings.get("out")
        self._units: str = settings.get("units", "")
        self._precision: int = settings.get("prec", 15)
        self._time_input: int = settings.get("time", -1)
        self._time: tuple[int, int] = (record.TIME, 0)
        self._alarm = (0, 0, "")
        for i, arg in enumerate(settings.get("args", [])):
            if isinstance(arg, (int, float)):
                self._args[i] = arg
            else:
                self._inputs.append((i, arg))
                if (constant := arg.load("DOUBLE")) is not None:
                    self._args[i] = constant

    # ---- reading and writing ----

    def value(self) -> float | None:
        self._read_inputs()
        return self._compute(0.0)

    def put(self, value: Value, dbf: str) -> bool:
        """The result to `out`; False: failed, alarm raised."""
        self._read_inputs()
        try:
            result = self._compute(to_number(first(value), "DOUBLE"))
        except (ValueError, IndexError):
            result = None
        if result is None or self._out is None:
            self.failed()
            return False
        if not self._out.put(result, "DOUBLE"):
            self.failed()
            return False
        return True

    def _read_inputs(self) -> None:
        """A.. from the links; what fails keeps its value, and has raised its alarm."""
        owner = self._owner
        for i, link in self._inputs:
            value = link.get("DOUBLE")
            if isinstance(value, (int, float)):
                self._args[i] = value
            if i == self._time_input:
                if value is not None and (stamp := link.time()) is not None:
                    self._time = stamp
                if owner.TSE == DEVICE_TIME and owner.TSEL.is_constant:
                    owner.TIME, owner.UTAG = self._time

    def _compute(self, present: float) -> float | None:
        """The result with its alarms; None when it cannot be computed."""
        self._alarm = (0, 0, "")
        try:
            result = self._perform("expr", present) if "expr" in self._expressions else present
            for key, severity in (("major", MAJOR), ("minor", MINOR)):
                if not self._alarm[1] and key in self._expressions and self._perform(key, result):
                    self._alarm = (LINK, severity, f"post_{key} error")
                    raise_alarm(self._owner, *self._alarm)
        except CalcError:
            return None
        return result

    def _perform(self, key: str, present: float) -> float:
        return self._expressions[key].perform(self._args, present)

    # ---- what it tells ----

    def units(self) -> str:
        """The unit of what was read."""
        return self._units

    def precision(self) -> int:
        """Digits after its point."""
        return self._precision

    def time(self) -> tuple[int, int] | None:
        return self._time if self._time_input >= 0 else None

    def alarm(self) -> tuple[int, int, str] | None:
        return self._alarm

    def connected(self) -> bool:
        children = [link for _, link in self._inputs] + ([self._out] if self._out is not None else [])
        return all(link.connected() for link in children if link.is_volatile)

    def start(self) -> None:
        """iocRun: for the links inside."""
        self._each("start")

    def close(self) -> None:
        """The field's text changed: the links inside are let go of."""
        self._each("close")

    def _each(self, method: str) -> None:
        for link in [link for _, link in self._inputs] + [self._out]:
            work: Callable[[], None] | None = getattr(link, method, None)
            if work is not None:
                work()


def check(link_type: str, value: Json) -> None:
    """The keys a calc link has, and what each takes."""
    if link_type == "FWDLINK":
        raise ValueError("calc does not work with forward links")
    if not isinstance(value, dict):
        raise ValueError('calc takes an object: {"calc": {expr: "A+1", args: [5]}}')
    for key, content in value.items():
        if key not in KEYS or (key == "out" and link_type != "OUTLINK"):
            raise ValueError(f'calc has no key "{key}"{did_you_mean(key, KEYS)}')
        CHECKS.get(key, _check_text)(key, content)
    if link_type == "INLINK" and "expr" not in value:
        raise ValueError("calc needs an expression, the key expr")
    if link_type == "OUTLINK" and "out" not in value:
        raise ValueError("calc in an output link needs the key out")


def _check_text(key: str, content: Json) -> None:
    if not isinstance(content, str):
        raise ValueError(f"calc: {key} takes a text")


def _check_expression(key: str, content: Json) -> None:
    _check_text(key, content)
    try:
        Calc(str(content))
    except CalcError as error:
        raise ValueError(f"calc: {error} in {key}, {content!r}") from None


def _check_args(key: str, content: Json) -> None:
    values = content if isinstance(content, list) else [content]
    if len(values) > len(CALC_NAMES):
        raise ValueError(f"calc: args has more than {len(CALC_NAMES)} inputs")
    for value in values:
        if isinstance(value, dict):
            check_link("INLINK", value)
        elif isinstance(value, bool) or not isinstance(value, (int, float)):
            raise ValueError(f"calc: args takes numbers and links, not {value!r}")


def _check_prec(key: str, content: Json) -> None:
    if not isinstance(content, int) or isinstance(content, bool):
        raise ValueError("calc: prec takes an integer")


def _check_time(key: str, content: Json) -> None:
    if not isinstance(content, str) or len(content) != 1 or content.upper() not in TIMES:
        raise ValueError(f"calc: time takes a letter from A to L, not {content!r}")


def _check_out(key: str, content: Json) -> None:
    check_link("OUTLINK", content)


CHECKS = {
    **dict.fromkeys(("expr", "major", "minor"), _check_expression),
    "args": _check_args,
    "prec": _check_prec,
    "time": _check_time,
    "out": _check_out,
}


@json_link("calc", check)
def calc(opener: Opener, record: Record, field: Field, text: str, value: Json) -> Link:
    """An expression for an input or output link, with the links inside it."""
    assert isinstance(value, dict)
    settings: dict[str, Any] = dict(value)
    inlink = Field(field.name, "INLINK")
    args = settings.get("args", [])
    settings["args"] = [
        make_child(opener, record, inlink, "", arg) if isinstance(arg, dict) else arg
        for arg in (args if isinstance(args, list) else [args])
    ]
    if "out" in settings:
        settings["out"] = make_child(opener, record, field, "", settings["out"])
    if "time" in settings:
        settings["time"] = TIMES.index(settings["time"].upper())
    return CalcLink(record, field, text, settings)
