"""Access security files: who may write which field."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pydevpva.db.model import Field
from pydevpva.errors import LoadError
from pydevpva.pva.clients import MOST_ACCOUNTS, Peers
from pydevpva.serving.access import Peer
from pydevpva.serving.access_file import AccessFile

FILE = """
UAG(operators) {alice, bob, "role/shift"}
HAG(console) {127.0.0.1}
ASG(DEFAULT) { RULE(1, READ) RULE(0, WRITE) }
ASG(OPS) { RULE(1, WRITE) { UAG(operators) HAG(console) } }
ASG(RUN) { INPA("MODE") INPB("NOT:THERE") RULE(1, WRITE) { CALC("A=1") } RULE(0, WRITE) { CALC("B=0") } }
ASG(READONLY) { RULE(1, READ) }
"""
ALICE = Peer("127.0.0.1", "alice")
FAR_ALICE = Peer("10.0.0.1", "alice")
CAROL = Peer("127.0.0.1", "carol")
SHIFT = Peer("127.0.0.1", "carol", frozenset({"shift"}))


def rules(tmp_path: Path, text: str = FILE, mode: tuple[float, int] = (1.0, 0)) -> AccessFile:
    path = tmp_path / "a.acf"
    path.write_text(text)

    def read(name: str) -> tuple[float, int]:
        return {"MODE": mode}[name]

    return AccessFile(path, read)


def may(access: AccessFile, group: str, peer: Peer, asl: int = 1) -> bool:
    record: Any = SimpleNamespace(ASG=group)
    return access.may_write(record, Field("VAL", "DOUBLE", asl=asl), peer)


@pytest.mark.parametrize(
    ("group", "peer", "asl", "answer"),
    [
        ("", CAROL, 0, True),
        ("", CAROL, 1, False),
        ("NO SUCH GROUP", CAROL, 0, True),
        ("OPS", ALICE, 1, True),
        ("OPS", FAR_ALICE, 1, False),
        ("OPS", CAROL, 1, False),
        ("OPS", SHIFT, 0, True),
        ("READONLY", ALICE, 0, False),
    ],
)
def test_rules_of_group_level_user_and_host(tmp_path: Path, group: str, peer: Peer, asl: int, answer: bool) -> None:
    assert may(rules(tmp_path), group, peer, asl) is answer


@pytest.mark.parametrize(("mode", "answer"), [((1.0, 0), True), ((0.0, 0), False), ((1.0, 3), False)])
def test_calc_reads_records_and_invalid_ones_let_nobody_in(
    tmp_path: Path, mode: tuple[float, int], answer: bool
) -> None:
    assert may(rules(tmp_path, mode=mode), "RUN", ALICE) is answer


def test_a_calc_without_its_input_does_not_hold(tmp_path: Path) -> None:
    assert may(rules(tmp_path, mode=(0.0, 0)), "RUN", ALICE, asl=0) is False


def test_without_default_nobody_writes(tmp_path: Path) -> None:
    assert may(rules(tmp_path, "ASG(A) { RULE(1, WRITE) }"), "", ALICE, 0) is False


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("ASG(A) { RULE(x) }", ':1:15: expected a number, found "x"'),
        (
            'ASG(A) {\nRULE(1, WRITE) { CALC("A+") } }',
            ":2:23: Incomplete expression, operand missing in CALC expression 'A+'",
        ),
        ("ASG(A) { RULE(1, WRITE) { UAG(x) } }", ":1:31: no UAG x is defined above"),
        ("UAG(UAG) { x }", ':1:5: expected a name, found "UAG"; a keyword is a name only in quotes'),
        ("UAG(x) { role/staff }", ":1:14: invalid character '/'; a name that has it needs quotes"),
        ("ASG(x) { RULE(1, WRITE)", ":1:24: expected INP or RULE, found the end of the file"),
        ("", ":1:1: expected UAG or HAG or ASG or a name, found the end of the file"),
    ],
)
def test_a_mistake_is_told_with_the_file(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(LoadError) as error:
        rules(tmp_path, text)
    assert str(error.value).splitlines()[0] == f"{tmp_path / 'a.acf'}{message}"


class Operation:
    """A put of an account, as far as Peers looks at it."""

    asked = 0

    def __init__(self, account: str) -> None:
        self._account = account

    def account(self) -> str:
        return self._account

    def peer(self) -> str:
        return "127.0.0.1:4711"

    def roles(self) -> set[str]:
        Operation.asked += 1
        return {"staff"}


def test_accounts_that_clients_claim_are_forgotten_when_they_are_not_used() -> None:
    peers: Any = Peers()
    for n in range(10 * MOST_ACCOUNTS):
        peers.peer(Operation("alice"))
        assert peers.peer(Operation(f"somebody{n}")) == Peer("127.0.0.1", f"somebody{n}", frozenset({"staff"}))
    assert len(peers._roles) == MOST_ACCOUNTS
    assert Operation.asked == 10 * MOST_ACCOUNTS + 1, "who writes all the time is asked for once"
