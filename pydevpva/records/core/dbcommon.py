"""The fields that every record has, with their types (EPICS: dbCommon.dbd). Database thread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydevpva.records.core.links import Link


class DbCommon:
    """dbCommon's fields; at run time they are slots made from the .dbd."""

    __slots__ = ()

    if TYPE_CHECKING:
        NAME: str
        DESC: str
        ASG: str
        AMSG: str
        NAMSG: str
        SCAN: int
        PINI: int
        PHAS: int
        EVNT: str
        TSE: int
        DTYP: int
        DISV: int
        DISA: int
        DISP: int
        PROC: int
        STAT: int
        SEVR: int
        NSTA: int
        NSEV: int
        ACKS: int
        ACKT: int
        DISS: int
        LCNT: int
        PACT: int
        PUTF: int
        RPRO: int
        PRIO: int
        TPRO: int
        BKPT: int
        UDF: int
        UDFS: int
        TIME: int
        UTAG: int
        FLNK: Link
        SDIS: Link
        TSEL: Link

        def __getattr__(self, name: str) -> Any: ...
        def __setattr__(self, name: str, value: Any) -> None: ...
