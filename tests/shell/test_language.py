"""The iocsh language, compared line by line with EPICS's own shell."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pydevpva.shell.language.iocsh import LanguageError, expand, logical_lines, split
from tests.shell.both import OURS, both, missing, run

WORDS = r"""
#!/bin/sh
# a comment
  # an indented comment
#- not echoed
epicsEnvSet("P", "X")
epicsEnvSet FOO bar
echo $(P) ${Q=def} "a  b" c
echo "$(NOPE)"
echo '$(P)'
echo("x,y", z)
echo "unbalanced
echo 'single "dq" x'
echo "tab\tx\\y"
echo a\ b\,c\"d
echo a"b c"d
echo ''
echo
echo "" x
echo a#b
echo a # c
echo	tab	sep
  echo lead
echo, comma
(echo paren)
"echo" quoted
echo "a\"b"
echo "\x41\101\n\q"
epicsEnvSet A "$(A=x)y"
echo $(A)
epicsEnvSet("B",'a"b')
echo $(B)
echo '$(B)'
echo $(X=$(Y=3))
echo "$(A,B=1,A=$(B))"
echo $(A
echo $$(A) \$(A)
echo $()
epicsEnvSet C "# hidden"
$(C) foo
epicsEnvSet D "#- hidden"
$(D) foo
epicsEnvSet E "  echo x"
$(E) foo
epicsEnvSet F ""
$(F)
echo a \
b
echo "2>x" 1
"""

SCRIPTS = {
    "words": WORDS,
    "unknown": 'foo bar\ndrvAsynSerialPortConfigure("a", "b")\nepicsThreadSleep x\ndbpr X x\necho on\n',
    "redirection": "echo a > f1\necho b >> f1\necho c > /nope/x\nfoo 2> f2\necho <\necho a >\necho a b>f3 c\n"
    "echo d 1>f4\necho e 3>f5\necho f > f6 2> f7\nsystem 'cat f1 f2 f3 f4 f6'\necho after\n",
    "include": "< inc.cmd\n< nofile\niocshLoad inc.cmd M=3\niocshLoad nofile\niocshLoad inc.cmd 'M=4,N=\"a b\"'\n"
    "< inc.cmd\n< inc.cmd > f1\nsystem 'cat f1'\necho $(M=gone)\n",
    "run": 'iocshCmd "echo a"\niocshRun "echo $(M=none)" "M=4"\niocshRun \'echo $(M=none)\' "M=4"\niocshCmd foo\n'
    "echo on\niocshRun\niocshCmd\n",
    "scope": "iocshLoad outer.cmd \"M=3,N='a b'\"\necho $(M=gone) $(N=gone)\n",
    "exit": "< leave.cmd\necho after\niocshCmd exit\necho after2\nexit 3\necho never\n",
    "break": "on error break\necho a\nfoo\necho never\n",
    "break by a command": "on error break\nepicsEnvSet X\necho never\n",
    "break in an include": "on error break\n< inc.cmd\necho after\niocshLoad breaks.cmd\necho never\n",
    "break by a macro": "on error break\necho $(NOPE)\necho never\n",
    "break by a missing file": "on error break\n< nofile\necho never\n",
    "no break by a redirection": "on error break\necho x > /nope/x\necho on\n",
    "no break by what was before": "cd /nope\non error break\necho on\n",
    "on error": "on\non error\non error foo\non error continue\nfoo\necho on\non error wait\non error halt\n",
    "cd": "cd /nope\ncd /tmp\npwd\necho $(PWD)\ncd\n",
    "environment": "epicsEnvSet\nepicsEnvSet X\nepicsEnvUnset\nepicsEnvSet AB 1\nepicsEnvSet AC 2\nepicsEnvShow A?\n"
    "epicsEnvUnset AB\nepicsEnvShow A?\nepicsEnvShow Z*\nepicsEnvSet LONG $(HOME)$(AC)\necho $(LONG)\n",
    "var": "var\nvar nope\nvar nope 3\nvar as*\nvar asCaDebug 3\nvar asCaDebug\nvar asCaDebug x\n"
    "var boHIGHlimit 1.5\nvar boHIGHlimit\nvar dbTemplateMaxVars 0x10\nvar dbTemplateMaxVars\n",
    "parameters": "epicsEnvSet IOCSH_HISTSIZE 7\nepicsParamShow\nepicsPrtEnvParams\n",
}
FILES = {
    "inc.cmd": "# in inc\necho inc $(M=unset)\nbad\n",
    "outer.cmd": 'echo $(M) "$(N)"\nepicsEnvSet M 5\necho $(M)\n< inner.cmd\niocshLoad inner.cmd N=q\n'
    "iocshRun 'echo $(Z=none) $(N)' Z=1\n",
    "inner.cmd": "echo m=$(M),n=$(N),z=$(Z=)\n",
    "leave.cmd": "echo in\nexit\necho never\n",
    "breaks.cmd": "on error break\nfoo\necho never\n",
}


OWN_VARIABLE = re.compile(r"(int|double) (pydev|reccast|caPutLog|save_restore|configMenuDebug)")  # and those of modules


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_prints_what_it_prints_in_epics(name: str, tmp_path: Path) -> None:
    real, ours = both(SCRIPTS[name].lstrip("\n"), tmp_path, FILES)
    # a continued line counts as one in EPICS; here line numbers are those of an editor
    assert [line for line in ours.out if not OWN_VARIABLE.match(line)] == real.out
    assert missing(list(dict.fromkeys(real.err)), ours.err) == []  # ours says the same only once
    assert (ours.status == 2) == (real.status == 1)


def test_an_unknown_command_says_what_to_do(tmp_path: Path) -> None:
    ours = run(OURS, 'epicsEnvSt("A", 1)\ndrvAsynSerialPortConfigure("L0", "/dev/ttyS0")\n', tmp_path)
    assert ours.err == [
        "ERROR st.cmd line 1: Command 'epicsEnvSt' not registered. Line skipped; did you mean epicsEnvSet?",
        "ERROR st.cmd line 2: Command 'drvAsynSerialPortConfigure' not registered. "
        "Line skipped, and others like it. It belongs to asyn: Python talks to devices here (sockets, pyserial, the "
        'maker\'s package), called by records with field(DTYP, "pydev")',
        "st.cmd: 2 lines failed (1, 2)",
    ]


def test_a_word_from_elsewhere_says_what_stands_for_it_here(tmp_path: Path) -> None:
    script = 'record(ai, "X") {\ncaput X 1\nimport math\nsave_restoreSet_NFSHost("files", "10.0.0.4")\n'
    ours = run(OURS, script, tmp_path)
    assert [line.partition(" Line ")[2] for line in ours.err[:-1]] == [
        'skipped; a database is loaded by dbLoadRecords("file.db"), or by pydevpva -d file.db',
        "skipped; did you mean dbpf?",
        'skipped; Python goes into pydev("...")',
        "skipped; the operating system mounts folders here: set_savefile_path names the mounted one",
    ]


def test_on_error_wait_takes_its_delay(tmp_path: Path) -> None:
    ours = run(OURS, "on error wait 0.1\nfoo\necho on\n", tmp_path)
    assert ours.out == ["on error wait 0.1", "foo", "echo on", "on"]
    assert "iocsh Error: Waiting 0.1 sec ..." in ours.err


def test_line_numbers_are_those_of_an_editor(tmp_path: Path) -> None:
    ours = run(OURS, "echo a\\\nb\n\nfoo\n", tmp_path)
    assert ours.err[0].startswith("ERROR st.cmd line 4: Command 'foo' not registered. Line skipped")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("cmd a b", ["cmd", "a", "b"]),
        ('cmd(a, "b")', ["cmd", "a", "b"]),
        ('cmd "a", 1', ["cmd", "a", "1"]),
        ('cmd ("a b"),,1', ["cmd", "a b", "1"]),
        ("cmd ''", ["cmd", ""]),
    ],
)
def test_both_call_styles_give_the_same_words(text: str, words: list[str]) -> None:
    assert split(text).words == words


def test_values_longer_than_maclib_holds_are_not_cut() -> None:
    path = "/opt/" + "x" * 1000
    assert expand('"$(PYTHONPATH):/new"', {"PYTHONPATH": path}) == f'"{path}:/new"'


def test_an_undefined_macro_is_named() -> None:
    with pytest.raises(LanguageError, match=r"^macLib: macro B is undefined \(expanding string \$\(A\)\$\(B\)\)$"):
        expand("$(A)$(B)", {"A": "1"})


def test_a_line_ending_in_a_backslash_goes_on_in_the_next() -> None:
    assert list(logical_lines(["a\\\n", "b\n", "c"])) == [(1, "ab"), (3, "c")]
