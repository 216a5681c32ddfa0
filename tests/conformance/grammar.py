"""Random cases: databases of a few linked records and puts to them, as people write them.

The suite plays those of fixed seeds; explore.py lets hypothesis choose, and shrink what differs.

Left out is what has no fixed order in EPICS (scans, CP links, delays, seq) and what crashes softIocPVX (a put with
block=true that is refused).
"""

from __future__ import annotations

from random import Random
from typing import Any

from tests.conformance.case import Case, Step

NUMBERS = (0, 1, -1, 2, 3.5, 5, 7.25, 10, -12.5, 99, 1000, 1e6, -0.001)
INTEGERS = (0, 1, -1, 2, 3, 5, 7, 10, -12, 99, 1000, 65536)
TEXTS = ("", "a", "on", "7", "3.25", "some text", "0123456789012345678901234567890123456789", "0x1f")
SEVERITIES = (0, 1, 2, 3)
EXPRESSIONS = ("A", "A+B", "A*2", "A>B", "A-B;C:=A", "VAL+1", "A?B:C", "MAX(A,B,C)", "SQRT(A)", "A%B", "A&7", "-A")
INPUTS = ("ai", "longin", "int64in", "bi", "mbbi", "mbbiDirect", "stringin", "lsi")
OUTPUTS = ("ao", "longout", "int64out", "bo", "mbbo", "mbboDirect", "stringout", "lso")
ARRAYS = ("waveform", "aai", "aao", "subArray")
OTHERS = ("calc", "calcout", "sel", "dfanout", "fanout")
LONG = {"lsi", "lso"}
NUMERIC = tuple(t for t in (*INPUTS, *OUTPUTS, *OTHERS) if t not in LONG and not t.startswith("string"))
MIXTURES = ((NUMERIC, INPUTS, OUTPUTS), (INPUTS, OUTPUTS, OTHERS), (NUMERIC, NUMERIC, ARRAYS))  # texts and arrays apart
LIMITED = {"ai", "ao", "longin", "longout", "int64in", "int64out", "calc", "calcout", "sel", "dfanout"}
REAL = {"ai", "ao", "calc", "calcout", "sel", "dfanout"}
TEXTUAL = {"stringin", "stringout", "lsi", "lso"}
STATES = {"bi": ("ZNAM", "ONAM"), "bo": ("ZNAM", "ONAM")} | dict.fromkeys(("mbbi", "mbbo"), ("ZRST", "ONST", "TWST"))
ELEMENTS = ("DOUBLE", "FLOAT", "LONG", "SHORT", "UCHAR", "STRING")


class Writer:
    """Writes one case, with one Random for all choices."""

    def __init__(self, name: str, random: Random) -> None:
        self.random, self.name = random, name
        kinds = [kind for group in random.choice(MIXTURES) for kind in group]
        self.records = [(random.choice(kinds), f"r{n}") for n in range(random.randint(3, 7))]
        self.elements = {name: random.choice(ELEMENTS) for _, name in self.records}

    def case(self) -> Case:
        db = "\n".join(self._record(rtype, name) for rtype, name in self.records)
        steps = [self._step(*self.random.choice(self.records)) for _ in range(self.random.randint(12, 30))]
        return Case(self.name, db + "\n", steps)

    def _often(self, chance: float) -> bool:
        return self.random.random() > 1 - chance  # small numbers are what hypothesis likes best

    # ---- the database ----

    def _record(self, rtype: str, name: str) -> str:
        fields: dict[str, Any] = {}
        self._links(rtype, fields)
        if rtype in LIMITED:
            self._limits(rtype, fields)
        for number, field in enumerate(STATES.get(rtype, ())):
            fields[field] = f"s{number}"
            if self._often(0.4):
                fields[{"ZNAM": "ZSV", "ONAM": "OSV"}.get(field, field[:2] + "SV")] = self.random.choice(SEVERITIES)
        if rtype in STATES and self._often(0.3):
            fields["COSV"] = self.random.choice(SEVERITIES)
        if rtype in LONG:
            fields["SIZV"] = self.random.choice((20, 41, 60))
        if rtype in ("calc", "calcout"):
            fields["CALC"] = self.random.choice(EXPRESSIONS)
        if rtype in ARRAYS:
            fields.update(FTVL=self.elements[name], NELM=self.random.choice((2, 3, 6)))
        if rtype == "subArray":
            fields.update(MALM=6, INDX=self.random.randint(0, 3))
        if self._often(0.3):
            fields["DESC"] = "described"
        text = "".join(f' field({field}, "{value}")' for field, value in fields.items())
        return f'record({rtype}, "$(P){name}") {{{text} }}'

    def _links(self, rtype: str, fields: dict[str, Any]) -> None:
        if self._often(0.5):
            fields["FLNK"] = f"$(P){self._other()}"
        if self._often(0.15):
            fields["SDIS"], fields["DISS"] = self._input(), self.random.choice(SEVERITIES)
        if rtype in INPUTS or rtype in ("waveform", "aai", "subArray"):
            fields["INP"] = self._input()
        if rtype in OUTPUTS or rtype in ("aao", "calcout"):
            fields["OUT"] = self._output()
        if rtype in OUTPUTS and self._often(0.3):
            fields["OMSL"], fields["DOL"] = "closed_loop", self._input()
        if rtype in OUTPUTS and self._often(0.3):
            fields["IVOA"] = self.random.randint(0, 2)
        if (rtype in INPUTS or rtype in OUTPUTS) and self._often(0.15):
            fields.update(SIML=self._input(), SIOL=self._input(), SIMS=self.random.choice(SEVERITIES))
        if rtype in ("calc", "calcout", "sel"):
            for letter in "ABC":
                fields[f"INP{letter}"] = self._input()
        if rtype == "calcout":
            fields.update(OOPT=self.random.randint(0, 5), DOPT=self.random.randint(0, 1), OCAL="A+1")
        if rtype in ("sel", "fanout", "dfanout"):
            self._selection(rtype, fields)

    def _selection(self, rtype: str, fields: dict[str, Any]) -> None:
        fields["SELM"] = self.random.randint(0, 3 if rtype == "sel" else 2)
        fields["SELN"] = self.random.randint(0, 3)
        if rtype == "fanout":
            fields.update({f"LNK{n}": f"$(P){self._other()}" for n in range(3)})
        if rtype == "dfanout":
            fields.update({f"OUT{letter}": self._output() for letter in "ABC"})

    def _limits(self, rtype: str, fields: dict[str, Any]) -> None:
        low = self.random.randint(-5, 5)
        if self._often(0.6):
            fields.update(LOLO=low, LOW=low + 2, HIGH=low + 4, HIHI=low + 8)
            fields.update({field: self.random.choice(SEVERITIES) for field in ("LLSV", "LSV", "HSV", "HHSV")})
        for field, choices in (("HYST", (1, 3)), ("MDEL", (-1, 2, 5)), ("ADEL", (1,))):
            if self._often(0.25):
                fields[field] = self.random.choice(choices)
        if self._often(0.4):
            fields["EGU"] = "mm"
        if rtype in REAL and self._often(0.5):
            fields["PREC"] = self.random.randint(0, 4)
        if rtype in ("ao", "longout", "int64out") and self._often(0.3):
            fields.update(DRVL=-3, DRVH=8)

    def _other(self) -> str:
        return self.random.choice(self.records)[1]

    def _input(self) -> str:
        if self._often(0.25):
            return str(self.random.choice(INTEGERS))
        field = self.random.choice((".SEVR", ".STAT", ".DISP", ".PHAS", ".DESC")) if self._often(0.12) else ""
        process = self.random.choice(("", "PP", "NPP"))
        return " ".join(["$(P)" + self._other() + field, process, self._severity()]).rstrip()

    def _output(self) -> str:
        if self._often(0.2):
            return ""
        field = self.random.choice((".PROC", ".PHAS", ".DESC", ".DISS")) if self._often(0.15) else ""
        return " ".join([f"$(P){self._other()}{field}", self.random.choice(("PP", "PP", "NPP")), self._severity()])

    def _severity(self) -> str:
        return self.random.choice(("NMS", "MS", "MSS", "MSI"))

    # ---- the script ----

    def _step(self, rtype: str, name: str) -> Step:
        if self._often(0.06):
            return Step("fields")
        if self._often(0.25) or rtype == "fanout":
            return Step("send", f"{name}.PROC", 1)
        if self._often(0.25):
            return self._field_put(rtype, name)
        options = (("process", self.random.choice(("true", "false"))),) if self._often(0.1) else ()
        return Step("send", name, self._value(rtype, name), options)

    def _field_put(self, rtype: str, name: str) -> Step:
        choices: list[tuple[str, Any]] = [("PHAS", 2), ("DISA", 1), ("DISA", 0), ("DESC", "new"), ("TPRO", 0)]
        choices += [("FLNK", f"{self.name}:{self._other()}"), ("FLNK", ""), ("DISS", self.random.choice(SEVERITIES))]
        if rtype in LIMITED:
            choices += [("HIHI", 3), ("HHSV", self.random.choice(SEVERITIES)), ("HIGH", 1), ("LOW", 2), ("HYST", 0)]
            choices += [("MDEL", 0), ("EGU", "V"), ("HOPR", 50), ("LOPR", -50), ("LSV", self.random.choice(SEVERITIES))]
        if rtype in REAL:
            choices += [("PREC", 2), ("PREC", 5)]
        if rtype in ("calc", "calcout"):
            choices += [("CALC", self.random.choice(EXPRESSIONS)), ("A", 4), ("B", -2), ("C", 0)]
        if rtype in OUTPUTS:
            choices += [("OMSL", 0), ("OMSL", 1), ("IVOA", self.random.randint(0, 2))]
        if rtype in STATES:
            choices += [(STATES[rtype][1], "renamed"), (STATES[rtype][0], "zero")]
        if rtype in INPUTS:
            choices += [("INP", f"{self.name}:{self._other()} {self._severity()}"), ("INP", "5")]
        field, value = self.random.choice(choices)
        return Step("send", f"{name}.{field}", value)

    def _value(self, rtype: str, name: str) -> Any:
        if rtype in TEXTUAL:
            return self.random.choice(TEXTS)
        if rtype in ARRAYS:
            return self._array(name, 1 if self.elements[name] == "STRING" else 0)
        if rtype in STATES:
            return self.random.randrange(2)
        return self.random.choice(NUMBERS if rtype in REAL else INTEGERS)

    def _array(self, name: str, text: int) -> Any:
        values = [self.random.choice((TEXTS, INTEGERS[:7])[1 - text]) for _ in range(self.random.randint(0, 5))]
        if self.elements[name] == "UCHAR":
            values = [abs(value) for value in values if isinstance(value, int)]
        return values


def from_seed(seed: int) -> Case:
    """The case of a seed: the same on every machine, which cases that hypothesis draws are not."""
    return Writer(f"random{seed}", Random(seed)).case()
