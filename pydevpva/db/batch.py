"""The records of one load before they count: what each statement of a .db file does, checked as dbStaticLib does.

Follows dbRecordHead, dbRecordField, dbRecordAlias and dbAlias of dbLexRoutines.c.
"""

from __future__ import annotations

from dataclasses import replace

from pydevpva.db import values
from pydevpva.db.dbf import LINKS
from pydevpva.db.definitions import Definitions
from pydevpva.db.instances import Instances
from pydevpva.db.left_out import LeftOut
from pydevpva.db.lexis import plain, unquote
from pydevpva.db.macros import undefined
from pydevpva.db.model import FieldText, Place, RecordInstance, RecordType
from pydevpva.db.modules import field_advice, record_type_advice, value_advice
from pydevpva.db.names import NAME_BYTES, complaint
from pydevpva.db.source import Source
from pydevpva.db.syntax import Item, RegularRecord, Statement
from pydevpva.errors import Location, NotFound, Problem, did_you_mean, nearest_field


class Batch:
    """Collects records, aliases, removals, problems and warnings; `commit` puts them into known."""

    def __init__(self, definitions: Definitions, known: Instances) -> None:
        self.definitions, self.known = definitions, known
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []
        self.repeated: list[tuple[RecordInstance, Location]] = []  # records that a file defines again by their type
        self.aliases: dict[str, str] = {}
        self.removed: list[str] = []
        self.doomed: list[tuple[Problem, str]] = []  # will be left out when all that is said of them has been read
        self._touched: dict[str, RecordInstance | None] = {}  # None: removed
        self._bad_links: dict[str, list[Problem]] = {}  # of each record: nobody reads them if it is left out
        self._slots: dict[str, dict[str, values.Slot]] = {}
        self._types: dict[str, RecordType] = {}
        self._old_aliases = known.aliases
        self._before: dict[str, object] | None = None
        self._committed = False
        self.left_out = LeftOut(known) if known.skip_unsupported else None

    # statements

    def regular(self, record: RegularRecord, source: Source) -> None:
        """A record without JSON: the way that nearly all records take, so this loop is what loading costs."""
        start = record.offset
        place = Place(source, start)
        instance = self._head(record.type, record.name, source, start, place)
        if instance is None:
            if self.left_out is not None:
                aliases = [unquote(match[4]) for match in record.items if match[4] is not None]
                self.left_out.aliases(record.name, aliases)
            return
        slots, fields = self._slots[instance.type], instance.fields
        for match in record.items:
            kind, name, value, alias = match.groups()
            if kind == "field":
                slot = slots.get(name) or slots.get(unquote(name))
                text = slot.seen.get(value) if slot is not None else None
                if text is None:
                    text = plain(value)
                    if slot is None or not slot.takes(text):
                        text = self._check(instance, unquote(name), text, source, match.start(), match.start(3))
                        if text is None:
                            continue
                    assert slot is not None  # or nothing is taken
                    if len(slot.seen) < values.MOST_SEEN:
                        slot.seen[value] = text
                fields[slot.field.name] = FieldText(text, place, match.start() - start)  # type: ignore[union-attr]
            elif kind == "info":
                self._info(instance, unquote(name), plain(value), source, match.start())
            else:
                self._alias(instance, unquote(alias), source, match.start())
        if "VAL" in fields:
            self._defined(instance)

    def record(self, record: Statement, source: Source) -> None:
        """Any other record."""
        kind, name = record.words
        instance = self._head(kind, name, source, record.offset, Place(source, record.offset))
        if instance is None:
            if self.left_out is not None:
                self.left_out.aliases(name, [item.words[0] for item in record.items if item.kind == "alias"])
            return
        for item in record.items:
            if item.kind == "field":
                self._field(instance, item, source)
            elif item.kind == "info":
                self._info(instance, item.words[0], item.words[1], source, item.offset)
            else:
                self._alias(instance, item.words[0], source, item.offset)
        if "VAL" in instance.fields:
            self._defined(instance)

    def alias(self, statement: Statement, source: Source) -> None:
        """alias("record", "alias") on its own."""
        name, alias = statement.words
        if not all(self._name_is_good(word, source, statement.offset) for word in (alias, name)):
            return
        if self.left_out is not None and self.left_out.aliases(name, [alias]):
            return
        instance = self._changeable(name)
        if instance is None:
            near = did_you_mean(name, self._names())
            cause = f"aliases in {source.file}"
            self._problem(source, statement.offset, f'alias "{alias}": no record "{name}"{near}', cause)
        else:
            self._add_alias(instance, alias, source, statement.offset)

    def define(self, statement: Statement, source: Source) -> None:
        """A menu, device, breaktable ... in a .db file."""
        if self._before is None:
            self._before = self.definitions.snapshot()
        self.problems += self.definitions.define(statement, source)

    # the end

    def commit(self) -> None:
        """Put everything into known."""
        known, touched = self.known, self._touched
        for name in self.removed:
            known.pop(name, None)
            self._old_aliases.pop(name, None)
        known.update({name: record for name, record in touched.items() if record is not None})
        self._old_aliases.update(self.aliases)
        if self.left_out is not None:
            self.left_out.commit(touched)
        self._committed = True

    def close(self) -> None:
        """Without a commit, take back what was defined."""
        if self._before is not None and not self._committed:
            self.definitions.restore(self._before)
        self._slots.clear()

    def leave_out(self, problem: Problem, what: str) -> None:
        """Do without the record that a problem calls unsupported; its reason is told."""
        assert self.left_out is not None
        name = problem.unsupported
        if (warning := self.left_out.add(problem, what)) is not None:
            self.warnings.append(warning)
        for bad_link in self._bad_links.pop(name, ()):
            self.problems.remove(bad_link)
        instance = self._touched.pop(name, None)
        if instance is not None:
            for alias in instance.aliases:
                self._forget_alias(alias)
            self.left_out.aliases(name, instance.aliases)
        if name in self.known:
            self.removed.append(name)

    @property
    def changed(self) -> list[RecordInstance]:
        """The records made or changed."""
        return [record for record in self._touched.values() if record is not None]

    # parts

    def _head(self, kind: str, name: str, source: Source, offset: int, place: Place) -> RecordInstance | None:
        """The record to fill; None when there is none, after noting why."""
        if not self._name_is_good(name, source, offset):
            return None
        if kind == "#":
            self._remove(name, source, offset)
            return None
        known = self._touched.get(name) or self._changeable(name)
        if known is not None:
            if kind not in ("*", known.type):
                self._problem(source, offset, f'record "{name}" is of type {known.type} already, not {kind}')
                return None
            if kind != "*":
                self.repeated.append((known, source.locate(offset)))
            self._prepare(known.type)
            return known
        if kind == "*":
            if self.left_out is None or name not in self.left_out:
                self._problem(source, offset, f'no record "{name}"{did_you_mean(name, self._names())}')
            return None
        try:
            self._prepare(kind)
        except NotFound as error:
            cause, advice = record_type_advice(kind)
            problem = replace(source.problem(offset, f'record "{name}": {advice or error}'), cause=cause)
            self._unsupported(
                replace(problem, line="" if advice else problem.line, unsupported=name), f'record type "{kind}"'
            )
            return None
        if len(name) > NAME_BYTES // 4 and len(name.encode("utf-8", "surrogateescape")) > NAME_BYTES:
            self._problem(source, offset, f'the name "{name}" is longer than {NAME_BYTES} bytes')
            return None
        instance = self._touched[name] = RecordInstance(kind, name, place)
        return instance

    def _unsupported(self, problem: Problem, what: str) -> None:
        if self.left_out is None:
            self.problems.append(problem)
        else:
            self.leave_out(problem, what)

    def _prepare(self, type_: str) -> None:
        """Have the fields of a record type at hand."""
        if type_ not in self._slots:
            record_type = self._types[type_] = self.definitions.record_type(type_)
            self._slots[type_] = {name: values.Slot(field) for name, field in record_type.fields.items()}

    def _field(self, instance: RecordInstance, item: Item, source: Source) -> None:
        name, text = item.words
        checked = self._check(instance, name, text, source, item.offset)
        if checked is not None:
            field = self._slots[instance.type][name].field
            instance.fields[field.name] = FieldText(checked, source, item.offset)

    def _check(
        self, instance: RecordInstance, name: str, text: str, source: Source, offset: int, value_offset: int = 0
    ) -> str | None:
        """The text when the field can take it; otherwise a problem."""
        slots = self._slots[instance.type]
        slot = slots.get(name)
        where = f"{instance.name}.{name}"
        if slot is None:
            cause, advice = field_advice(instance.type, name)
            near = f"; {advice}" if advice else nearest_field(name, slots)
            what = f'record "{instance.name}": no field {name} in {instance.type}{near}'
            if self.left_out is not None and advice:
                self._doom(instance, source.problem(offset, what), f'record type "{instance.type}"')
            else:
                self._problem(source, offset, what, cause)
            return None
        try:
            if name == "NAME":
                raise ValueError("cannot be set")
            values.check(text, slot.field, instance.type, self.definitions)
        except (ValueError, NotFound) as error:
            cause, advice = value_advice(text, slot.field, instance.type)
            if self.left_out is not None and slot.field.type == "DEVICE" and not undefined(text):
                self._doom(instance, source.problem(offset, f"{where}: {advice or error}"), f'DTYP "{text}"')
            else:
                self._problem(source, value_offset or offset, f"{where}: {advice or error}", cause, bool(advice))
                if slot.field.type in LINKS:
                    self._bad_links.setdefault(instance.name, []).append(self.problems[-1])
            return None
        return text

    def _doom(self, instance: RecordInstance, problem: Problem, what: str) -> None:
        self.doomed.append((replace(problem, unsupported=instance.name), what))

    def _info(self, instance: RecordInstance, name: str, text: str, source: Source, offset: int) -> None:
        if not name:
            self._problem(source, offset, f'record "{instance.name}": the info has no name')
        elif "$(" in text or "${" in text:
            what = f'record "{instance.name}": info {name} has an undefined macro: "{text}"'
            self._warning(source, offset, what, f"info {name} {undefined(text)}")
        if name:
            instance.add_info(name, text)

    def _alias(self, instance: RecordInstance, alias: str, source: Source, offset: int) -> None:
        if self._name_is_good(alias, source, offset):
            self._add_alias(instance, alias, source, offset)

    def _add_alias(self, instance: RecordInstance, alias: str, source: Source, offset: int) -> None:
        target = self._target(alias)
        if target == instance.name != alias:
            return  # said before
        if target is not None:
            self._problem(source, offset, f'alias "{alias}" of "{instance.name}": a record or alias has that name')
            return
        self.aliases[alias] = instance.name
        instance.aliases += (alias,)

    def _defined(self, instance: RecordInstance) -> None:
        """As dbPutString: who gets a VAL is no longer undefined, unless the file says more after it."""
        fields = instance.fields
        if "UDF" not in fields and "UDF" in self._types[instance.type].fields:
            fields["UDF"] = fields["VAL"].beside("0")

    def _remove(self, name: str, source: Source, offset: int) -> None:
        target = self._target(name)
        instance = self._changeable(name)
        if instance is None:
            self._warning(source, offset, f'cannot delete record "{name}": there is none')
        elif target != name:
            instance.aliases = tuple(alias for alias in instance.aliases if alias != name)
            self._forget_alias(name)
        else:
            for alias in instance.aliases:
                self._forget_alias(alias)
            self._touched[name] = None
            self.removed.append(name)

    def _forget_alias(self, alias: str) -> None:
        if self.aliases.pop(alias, None) is None:
            self.removed.append(alias)

    # names

    def _target(self, name: str) -> str | None:
        """The name of the record that a name or alias means."""
        if name in self._touched:
            return name if self._touched[name] is not None else None
        if name in self.known:
            return name
        alias = self.aliases.get(name)
        if alias is None and name not in self.removed:
            alias = self._old_aliases.get(name)
        return alias

    def _changeable(self, name: str) -> RecordInstance | None:
        """The record of a name or alias, as a copy if it was there before this batch."""
        if name in self._touched:
            return self._touched[name]
        target = self._target(name)
        if target is None:
            return None
        if target not in self._touched:
            self._touched[target] = self.known[target].copy()
        return self._touched[target]

    def _names(self) -> list[str]:
        return [*self.known, *self._touched] if len(self.known) + len(self._touched) < 5000 else []

    def _name_is_good(self, name: str, source: Source, offset: int) -> bool:
        found = complaint(name)
        if found is None:
            return True
        if found.fatal:
            self._problem(source, offset, found.message, found.cause)
        else:
            self._warning(source, offset, found.message)
        return not found.fatal

    def _problem(self, source: Source, offset: int, message: str, cause: str = "", brief: bool = False) -> None:
        """Note what is wrong; `brief`: its line would say nothing more."""
        problem = replace(source.problem(offset, message), cause=cause)
        self.problems.append(replace(problem, line="") if brief else problem)

    def _warning(self, source: Source, offset: int, message: str, cause: str = "") -> None:
        self.warnings.append(replace(source.problem(offset, message), cause=cause, fatal=False))
