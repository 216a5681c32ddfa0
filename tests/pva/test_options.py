"""record._options of puts, in every form that clients send it."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from p4p import Type, Value

from pydevpva.pva.options import PutOptions, put_options


def request(**options: tuple[str, Any]) -> Value:
    """A pvRequest with record._options of these (type code, value)."""
    codes = [(name, code) for name, (code, _) in options.items()]
    spec = [("record", ("S", None, [("_options", ("S", None, codes))])), ("field", ("S", None, []))]
    values = {name: value for name, (_, value) in options.items()}
    return Value(Type(spec), {"record": {"_options": values}})


PROCESS = [
    (("s", "true"), True), (("s", "false"), False), (("s", "passive"), None), (("s", "TRUE"), True),
    (("s", "Passive"), None), (("s", "1"), True), (("s", "0"), False), (("?", True), True), (("?", False), False),
    (("i", 1), True), (("i", 0), False), (("B", 1), True), (("d", 1.0), True), (("d", 0.0), False),
]  # fmt: skip
BLOCK = [(sent, meant) for sent, meant in PROCESS if meant is not None]


@pytest.mark.parametrize(("sent", "meant"), PROCESS)
def test_process_is_understood(sent: tuple[str, Any], meant: bool | None, caplog: pytest.LogCaptureFixture) -> None:
    assert put_options(request(process=sent), "A") == PutOptions(meant, False)
    assert caplog.text == ""


@pytest.mark.parametrize(("sent", "meant"), BLOCK)
def test_block_is_understood(sent: tuple[str, Any], meant: bool, caplog: pytest.LogCaptureFixture) -> None:
    assert put_options(request(block=sent), "A") == PutOptions(None, meant)
    assert caplog.text == ""


@pytest.mark.parametrize("word", [("s", "sometimes"), ("s", ""), ("as", ["true"])])
def test_an_unknown_word_is_ignored_and_logged(word: tuple[str, Any], caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert put_options(request(process=word, block=word), "A") == PutOptions(None, False)
    shown = repr(word[1])
    assert caplog.messages == [
        f"A: ignored unknown record._options.process {shown} of a put",
        f"A: ignored unknown record._options.block {shown} of a put",
    ]


def test_no_options_are_the_default() -> None:
    assert put_options(Value(Type([("field", ("S", None, []))]), {}), "A") == PutOptions(None, False)
    assert put_options(request(), "A") == PutOptions(None, False)


def test_nothing_to_wait_for_without_processing() -> None:
    assert put_options(request(block=("?", True), process=("s", "false")), "A") == PutOptions(False, False)


def test_other_options_are_accepted() -> None:
    assert put_options(request(DBE=("i", 3), queueSize=("s", "5"), block=("s", "true")), "A") == PutOptions(None, True)
