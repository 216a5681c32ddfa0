"""The put options of a client's pvRequest: record._options.process and .block. pvxs thread.

Clients disagree on types: p4p and pvput send strings, Phoebus a boolean and "passive".
"""

from __future__ import annotations

import logging
from typing import NamedTuple

from pydevpva.pva.types.p4p_types import Structure

log = logging.getLogger(__name__)

WORDS = {"true": True, "1": True, "false": False, "0": False}


class PutOptions(NamedTuple):
    """process: True, False, or None for "passive"; block: answer after the whole chain has processed."""

    process: bool | None = None
    block: bool = False


DEFAULT = PutOptions()


def put_options(request: Structure, name: str) -> PutOptions:
    """The options in a pvRequest (a p4p Value); what is not understood is ignored with a log line about PV `name`."""
    if not request.has("record._options"):  # asking by `get` would raise inside p4p: slow
        return DEFAULT
    given = dict(request["record._options"].tolist())  # asking for each costs twice as much
    process = block = None
    if "process" in given:
        process = _truth(word := given["process"])
        if process is None and not (isinstance(word, str) and word.lower() == "passive"):
            log.warning("%s: ignored unknown record._options.process %r of a put", name, word)
    if "block" in given:
        block = _truth(word := given["block"])
        if block is None:
            log.warning("%s: ignored unknown record._options.block %r of a put", name, word)
    return PutOptions(process, bool(block) and process is not False)


def _truth(word: object) -> bool | None:
    if isinstance(word, str):
        return WORDS.get(word.lower())
    return bool(word) if isinstance(word, (bool, int, float)) else None
