"""What is told of a record when it is loaded: types and DTYPs that nobody implements, links nobody reads, odd choices.

On the thread that loads. `refusals` is called for each record, so it looks closely only at what looks odd.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pydevpva.db import values
from pydevpva.db.dbf import LINKS
from pydevpva.db.definitions import Definitions
from pydevpva.db.infos import INIT, PUT_ERROR, check_infos
from pydevpva.db.linktext import UnreadLink, parse_link
from pydevpva.db.model import Device, Field, FieldText, RecordInstance
from pydevpva.db.modules import dtyp_advice, record_type_advice
from pydevpva.devices.registry import support_for
from pydevpva.engine.links.json_kinds import refused_link
from pydevpva.engine.links.opening import DEVICE_LINKS
from pydevpva.errors import NotFound, Problem
from pydevpva.evaluator.compiled.quoted import quoted_field
from pydevpva.records.core.factory import behaviour

_ODD = frozenset("@#{ \t\n\v\f\r")  # what a link's text begins with that is neither a constant nor a PV
_NO_WORD = frozenset("0123456789+-.")
_QUOTED = re.compile(r"""\(\s*(?:'[A-Z0-9]+'|"[A-Z0-9]+")\s*\)""")


def refusals(record: RecordInstance, definitions: Definitions) -> Iterator[Problem]:
    """Errors, for what this IOC cannot run, and warnings, for what it would pass over without a word."""
    try:
        kind = behaviour(record.type)
    except NotFound as error:
        cause, advice = record_type_advice(record.type)
        message = f"record {record.name}: {advice or error}"
        yield Problem(record.location, message, cause=cause, unsupported=record.name)
        return
    yield from _device_and_links(record, definitions)
    for name, check in kind.checks.items():
        if (set_to := record.fields.get(name)) is not None and (reason := check(set_to.text)):
            yield Problem(set_to.location, f"{record.name}.{name}: {reason}")
    yield from check_infos(record)


def _device_and_links(record: RecordInstance, definitions: Definitions) -> Iterator[Problem]:
    devices = definitions.devices(record.type)
    device = None
    if devices:
        dtyp = record.fields.get("DTYP")
        device = _device(record, dtyp, devices, definitions)
        if dtyp is not None and (device is None or support_for(record.type, device.dset) is None):
            yield _no_support(record, dtyp, device, devices)
            return
    yield from _infos(record)
    rtype = definitions.record_type(record.type)
    fields, choosing = rtype.fields, rtype.choosing
    for name, given in record.fields.items():
        if name not in choosing:
            continue
        first = given.text[:1]
        if name in DEVICE_LINKS and device is not None and device.link_type == "INST_IO":
            if first != "@" or _QUOTED.search(given.text):
                yield from _link(record, fields[name], given, device)
        elif first in _ODD:
            if fields[name].type in LINKS:
                yield from _link(record, fields[name], given, device if name in DEVICE_LINKS else None)
        elif first in _NO_WORD and fields[name].type == "MENU":
            yield from _choice(record, fields[name], given, definitions)


def _infos(record: RecordInstance) -> Iterator[Problem]:
    if INIT in record.infos and not behaviour(record.type).writes:
        yield Problem(record.location, f"{record.name}: info({INIT}) is for outputs; PINI processes an input")
    if record.infos.get(PUT_ERROR, "YES") not in ("YES", "NO"):
        given = record.infos[PUT_ERROR]
        yield Problem(record.location, f'{record.name}: info({PUT_ERROR}, "{given}") must be "YES" or "NO"')


def _device(
    record: RecordInstance, given: FieldText | None, devices: dict[str, Device], definitions: Definitions
) -> Device | None:
    """What DTYP chooses; None when it is an index of nothing."""
    if given is None:
        return next(iter(devices.values()))
    if (known := devices.get(given.text)) is not None:
        return known
    field = definitions.record_type(record.type).fields["DTYP"]
    index = values.index_of(given.text, tuple(devices), field)
    return list(devices.values())[index] if index < len(devices) else None


def _no_support(record: RecordInstance, given: FieldText, device: Device | None, devices: dict[str, Device]) -> Problem:
    name = device.choice if device is not None else given.text
    cause, advice = dtyp_advice(name, record.type)
    choices = ", ".join(choice for choice, device in devices.items() if support_for(record.type, device.dset))
    shown = f'"{given.text}"' + (f', which is "{name}"' if name != given.text else "")
    why = advice or f"there is no device support for DTYP {shown}; choices: {choices}"
    return Problem(given.location, f"record {record.name}: {why}", cause=cause, unsupported=record.name)


def _link(record: RecordInstance, field: Field, given: FieldText, device: Device | None) -> Iterator[Problem]:
    """An error for JSON that is no link; a warning for a text that nobody reads there: EPICS drops it, too."""
    where = f"{record.name}.{field.name}"
    if refused := refused_link(given.text, field.type):
        yield Problem(given.location, f"{where}: {refused}")
        return
    try:
        link = parse_link(given.text, field.type, device, record.type)
    except UnreadLink as error:
        if field.name == "DOL" and given.text.startswith("@"):
            hint = f'info({INIT}, "{given.text[1:].strip()}") runs it once at iocInit, and VAL begins with its value'
            yield Problem(given.location, f"{where}: Python code is not run here; {hint}")
            return
        yield Problem(given.location, f"{where}: {error}; the field has no link now", fatal=False)
        return
    if device is None or device.choice != "pydev" or (way := behaviour(record.type).pydev) is None:
        return
    if hint := quoted_field(link.target, way.bare):
        yield Problem(given.location, f"{where}: {hint}", fatal=False)


def _choice(record: RecordInstance, field: Field, given: FieldText, definitions: Definitions) -> Iterator[Problem]:
    """EPICS takes one index beyond the last, and 65535."""
    choices = definitions.menu(field.menu).labels
    if given.text not in choices and values.index_of(given.text, choices, field) >= len(choices):
        what = f"{given.text} is not the index of one of the {len(choices)} choices, {choices[0]} to {choices[-1]}"
        yield Problem(given.location, f"{record.name}.{field.name}: {what}", fatal=False)
