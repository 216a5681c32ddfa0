"""`make demo`: what it shows, and the prompt that it hands over."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pexpect

from tests.ioc_process import PATIENCE, ROOT, loopback

SHELL = [sys.executable, "-c", "from pydevpva.cli import shell_main; shell_main()", "examples/demo.cmd"]


def test_without_a_terminal_it_shows_all_and_ends_with_status_0() -> None:
    done = subprocess.run(
        SHELL,
        cwd=ROOT,
        env={**os.environ, **loopback()},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout
    assert "Demo:Position = 0.00 mm" in done.stdout
    took = re.search(r"the put completed after ([\d.]+) s", done.stdout)
    assert took, done.stdout
    assert float(took[1]) > 0.3
    assert "Demo:Position:RBV = 20.00 mm   NO_ALARM" in done.stdout
    assert "Demo:Position:RBV = 92.00 mm   MINOR HIGH" in done.stdout
    assert "INVALID ValueError: 400 C is above 300 C" in done.stdout


def test_it_serves_on_this_machine_only_unless_it_is_asked_to_do_more() -> None:
    for asked, intf in (({}, "127.0.0.1"), ({"EPICS_PVAS_INTF_ADDR_LIST": "127.0.0.2"}, "127.0.0.2")):
        environment = {k: v for k, v in {**os.environ, **loopback()}.items() if not k.startswith("EPICS_PVAS")}
        words = [*SHELL[:-1], str(ROOT / "examples" / "demo.cmd")]
        done = subprocess.run(
            words,
            cwd=ROOT,
            env={**environment, **asked, "EPICS_PVA_ADDR_LIST": intf},
            input="pvxsi\n",
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert "It serves on 127.0.0.1 and sends no beacons" in done.stdout.splitlines()[1]
        assert f"PVAccess server on {intf}, TCP port" in done.stderr
        for line in (
            "EPICS_PVAS_AUTO_BEACON_ADDR_LIST=NO",
            f"EPICS_PVAS_INTF_ADDR_LIST={intf}:",
            "EPICS_PVAS_BEACON_ADDR_LIST=127.0.0.1:",
        ):
            assert line in done.stdout


def test_with_a_terminal_the_prompt_is_handed_over() -> None:
    # a pexpect terminal does not answer prompt_toolkit's question for the cursor's place
    env = {**os.environ, **loopback(), "PROMPT_TOOLKIT_NO_CPR": "1"}
    with pexpect.spawn(SHELL[0], SHELL[1:], cwd=str(ROOT), env=env, timeout=PATIENCE, encoding="utf-8") as terminal:
        terminal.expect("over to you")
        terminal.sendline("dbgf Demo:Position:RBV")
        terminal.expect("92")
        terminal.sendline("exit")
        terminal.expect(pexpect.EOF)
    assert terminal.exitstatus == 0
