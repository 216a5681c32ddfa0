"""The language of access security files: what EPICS's own parser takes, and what it makes of it."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from pydevpva.errors import LoadError
from pydevpva.serving.access_language import parse

TEXTS = [
    "ASG(CALCD) { RULE(1, WRITE) }",
    'UAG(RULES) {a} HAG(HAGS) {localhost} ASG(ASGX) { RULE(1,WRITE) { UAG(RULES) HAG(HAGS) CALC("1") } }',
    "UAG(UAG) {a} ASG(RULE) { RULE(1,WRITE) {UAG(UAG)} }",
    'ASG("UAG") { RULE(1,WRITE) }',
    "UAG(INPA) {a}",
    "UAG(a) {INPX, INPATH, CALC1}",
    "ASG(x) { INPA(foo) INPL(bar) INPM(baz) RULE(1,WRITE) }",
    "ASG(x) { INPU(baz) RULE(1,WRITE) }",
    "ASG(x) { INPV(baz) RULE(1,WRITE) }",
    "ASG(x) { RULE(1,WRITE) { UAG(nope) } }",
    'ASG(x) { RULE(1,WRITE) { METHOD("ca") } RULE(1,READ) }',
    'UAG(u) {a} ASG(x) { RULE(1,WRITE) { UAG(u) AUTHORITY(ROOT, "CN x") } RULE(0,WRITE) { PROTOCOL("TLS") } }',
    'AUTHORITY(ROOT, "CA") { AUTHORITY(SUB, "Sub") { AUTHORITY("x") } AUTHORITY(SUB2, "2") }\nASG(x) { RULE(1,WRITE) }',
    'FUTURE("x") ASG(DEFAULT) {RULE(1,READ)}',
    "FUTURE(x) {a, b} ASG(DEFAULT) {RULE(1,READ)}",
    "FUTURE(x, UAG, 3, 1.5, -4) {UAG(y) RULE(1,x)} ASG(DEFAULT) {RULE(1,READ)}",
    "FUTURE ASG(DEFAULT) {RULE(1,READ)}",
    "FUTURE(x) {} ASG(DEFAULT) {RULE(1,READ)}",
    "FUTURE() {x} ASG(DEFAULT) {RULE(1,READ)}",
    "ASG(x) { RULE(1,RPC) RULE(1,WRITE) }",
    "ASG(x) { RULE(1,EXECUTE,TRAPWRITE) RULE(1,WRITE) }",
    'ASG(x) { RULE(1,EXECUTE) { CALC("1") } RULE(1,WRITE) }',
    "ASG(x) { RULE(1,WRITE,FOO) }",
    "ASG(x) { RULE(-1,WRITE) }",
    "ASG(x) { RULE(1.5,WRITE) }",
    "ASG(x) { RULE(5,WRITE) }",
    "ASG(x) { RULE(1,PUT) }",
    "ASG(x) { FUTURE(x) RULE(1,WRITE) }",
    "ASG(x) { RULE(1,WRITE) { FUTURE(x) {UAG(a)} } }",
    "ASG(x) { RULE(1,WRITE) { RULE(1) } }",
    "ASG(x) { RULE(1,WRITE) { ASG(y) INPA(z) } }",
    "ASG(x) { RULE(1,WRITE) { FUTURE } }",
    "ASG(x) { RULE(1,WRITE) {} }",
    "ASG(x) {}",
    "UAG(x) {}",
    "UAG(x) {a,}",
    "UAG(x) {a b}",
    "UAG(12) {a}",
    "UAG(x) {12}",
    "UAG(x) {1a, 127.0.0.1, 1.5, -3, +4, 1e5}",
    "HAG(x) {127.0.0.1, 10.0.0.1, 10.0}",
    'ASG(x) { INPA("a.B CP") RULE(1,WRITE) {CALC("A=1 && B=2")} }',
    'ASG(x) { RULE(1,WRITE) {CALC("A+")} }',
    "ASG(x) { RULE(1,WRITE) {CALC(A)} }",
    "ASG(x) { RULE(01,WRITE) }",
    "# only a comment",
    "",
    "ASG(x) { RULE(1,WRITE) } ; ",
    "ASG(x) { RULE(1,WRITE) } @",
    'ASG(x) { RULE(1,"WRITE","TRAPWRITE") }',
    "ASG(x) { RULE(1,WRITE) } ASG(x) { RULE(0,READ) }",
    "UAG(x) {a} UAG(x) {b} ASG(y) {RULE(1,WRITE){UAG(x)}}",
    'UAG(x) {"a\nb"}',
    'UAG(x) {"a\\"b", \'c\'}',
    "UAG(x) {role/staff}",
    'UAG(x) {"role/staff", "a b"}',
    "ASG(x) { RULE(1,WRITE) {UAG(a) UAG(b)} }",
    "UAG(a) {a} UAG(b) {b} ASG(x) { RULE(1,WRITE) {UAG(a) UAG(b)} RULE(1,WRITE) {UAG(a,b)} }",
    'ASG(x) { RULE(1,WRITE) {CALC("1") CALC("0")} }',
    "ASG(x) { RULE(1,WRITE) # comment without newline at the end\n}\n#end",
    "ASG(x) { RULE(1, WRITE, NOTRAPWRITE) { UAG(a), HAG(b) } }",
    "ASG(x) { RULE(1, WRITE) { BAD UAG(a) } }",
    'ASG(x) { RULE(1, WRITE) { BAD("a","b") { a, b } } RULE(1,READ) }',
    "ASG(METHOD) { RULE(1, WRITE) }",
    "UAG(u) {METHOD, AUTHORITY}",
    "HAG(h) {nosuchhost.invalid}",
]
EPICS = """
import ctypes, json, os, sys, tempfile
from epicscorelibs.path import get_lib

com, libc = ctypes.CDLL(get_lib("Com")), ctypes.CDLL(None)
com.asInitMem.argtypes = [ctypes.c_char_p, ctypes.c_char_p]
answers = []
stdout = os.dup(1)
for text in json.load(sys.stdin):
    with tempfile.TemporaryFile() as file:
        os.dup2(file.fileno(), 1)
        status = com.asInitMem(text.encode(), None)
        if status == 0:
            com.asDump(None, None, 0)
        libc.fflush(None)
        file.seek(0)
        answers.append(file.read().decode() if status == 0 else None)
os.dup2(stdout, 1)
print(json.dumps(answers))
"""


@pytest.fixture(scope="module")
def epics() -> dict[str, list[str] | None]:
    """What libCom has understood of each text, line by line; None: it refuses it."""
    run = [sys.executable, "-c", EPICS]
    answers = subprocess.run(run, input=json.dumps(TEXTS), capture_output=True, text=True, check=True, timeout=60)
    return {
        text: None if dump is None else lines_of_epics(dump)
        for text, dump in zip(TEXTS, json.loads(answers.stdout.splitlines()[-1]), strict=True)
    }


def lines_of_epics(dump: str) -> list[str]:
    lines = [line.strip().partition("  ")[0].partition(" result=")[0].removesuffix(" {") for line in dump.splitlines()]
    lines = [line.partition(" VALID")[0] for line in lines]
    return sorted(line.strip() for line in lines if line not in ("}", "No UAGs", "No HAGs", "ASG(DEFAULT)"))


def lines_of_ours(text: str) -> list[str]:
    found = []
    for kind, name, members in parse(text, "a.acf"):
        if kind != "ASG":
            found.append(f"{kind}({name}) {{{','.join(members)}}}")
            continue
        found.append(f"ASG({name})")
        for member in members or ():
            found += inside(member)
    return sorted(line for line in found if line != "ASG(DEFAULT)")


def inside(member: tuple[Any, ...]) -> list[str]:
    if member[0] == "INP":
        return [f"INP{member[1]}({member[2]})"]
    if member[0] == "IGNORED":
        return []
    _, level, permission, traps, conditions = member
    found = [f"RULE({level},{permission},{'TRAPWRITE' if traps else 'NOTRAPWRITE'})"]
    for kind, content in conditions or ():
        found.append(f'CALC("{content}")' if kind == "CALC" else f"{kind}({','.join(content)})")
    return found


@pytest.mark.parametrize("text", TEXTS)
def test_it_is_taken_as_epics_takes_it(epics: dict[str, list[str] | None], text: str) -> None:
    try:
        ours = lines_of_ours(text)
    except LoadError:
        ours = None
    assert ours == epics[text]


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        (
            'ASG(x) { RULE(1, WRITE) { METHOD("x509") } }',
            "a.acf:1:27: METHOD is unknown here: the rule lets nobody in",
        ),
        ("NEW(x) { a } ASG(x)", "a.acf:1:1: NEW is unknown here and passed over"),
        (
            "ASG(x) { RULE(1, WRTE) }",
            "a.acf:1:18: WRTE is unknown; did you mean WRITE?; choices: NONE, READ, WRITE; the rule is passed over",
        ),
    ],
)
def test_what_is_passed_over_is_said(text: str, warning: str) -> None:
    said: list[str] = []
    parse(text, "a.acf", lambda problem: said.append(str(problem).splitlines()[0]))
    assert said == [warning]
