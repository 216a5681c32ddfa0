"""How long a thread keeps the interpreter is a setting of the process: IOCs that have stopped leave it as it was."""

from __future__ import annotations

import sys

from pydevpva.ioc import Ioc


def test_the_last_ioc_of_a_process_leaves_the_switch_interval_as_it_was() -> None:
    usual = sys.getswitchinterval()
    one, two = Ioc(serve=False), Ioc(serve=False)
    one.init()
    assert sys.getswitchinterval() < usual
    two.init()
    one.stop()
    assert sys.getswitchinterval() < usual
    two.stop()
    assert sys.getswitchinterval() == usual


def test_what_users_code_has_set_meanwhile_stays() -> None:
    usual = sys.getswitchinterval()
    try:
        with Ioc(serve=False) as ioc:
            ioc.init()
            sys.setswitchinterval(0.003)
        assert sys.getswitchinterval() == 0.003
    finally:
        sys.setswitchinterval(usual)
