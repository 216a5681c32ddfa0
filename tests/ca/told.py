"""What an answer says, so that those of two servers can be compared."""

from __future__ import annotations

from tests.ca.client import CTRL, DOUBLE, ENUM, FLOAT, GR, NORMAL, STRING, STS, TIME, Got, base_of, front_of


def told(got: Got) -> object:
    """An answer without what is in no answer: what lies behind a NUL, between members, and the time."""
    if got.status != NORMAL:
        return got.status
    family, base = got.kind // 7 * 7, base_of(got.kind)
    front = bytearray(got.raw[: front_of(got.kind)])
    if family in (TIME, STS):
        front = front[:4]
    if family in (GR, CTRL):
        if base in (FLOAT, DOUBLE):
            front[6:8] = b""
        elif base == ENUM:
            texts = [bytes(front[at : at + 26]).split(b"\0")[0] for at in range(6, 6 + 16 * 26, 26)]
            return got.count, bytes(front[:6]), texts, got.values
        elif base != STRING:
            front = front[: 4 + 8 + (8 if family == CTRL else 6) * {1: 2, 4: 1, 5: 4}[base]]
    return got.count, bytes(front), str(got.values)
