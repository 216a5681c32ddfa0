"""aCalc: what its operators and functions give, as the original gives it (synApps' calc 3.7)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from tests.local_ioc import Engine, local_engine

AA = [1.0, 4.0, 9.0, 16.0, 25.0, 16.0, 9.0, 4.0]
BB = [2.0, -1.0, 0.0, 3.0, -4.0, 5.0, 0.0, 1.0]
CC = [0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0]
FF = [0.0, 1.0, 8.0, 27.0, 64.0, 125.0, 216.0, 343.0]
BY_ZERO = 1.0000000409184788e35
CASES: dict[str, Any] = {  # expression -> AVAL, or VAL where all elements are that
    "AA-A": [a - 3.7 for a in AA],
    "2*AA": [2 * a for a in AA],
    "AA/BB": [0.5, -4.0, BY_ZERO, 16 / 3, -6.25, 3.2, BY_ZERO, 4.0],
    "A/C": BY_ZERO,
    "5%AA": [0.0, 1.0, 5.0, 5.0, 5.0, 5.0, 5.0, 1.0],
    "AA%C": BY_ZERO,
    "AA^BB": [a**2 for a in AA],  # the exponent is a number: element 0
    "AA#BB": 1.0,
    "A=A+1e-12": 0.0,  # no tolerance here
    "AA>?BB": [2.0, 4.0, 9.0, 16.0, 25.0, 16.0, 9.0, 4.0],
    "BB&&CC": [0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 0.0, 0.0],
    "BB&3": [2.0, 3.0, 0.0, 3.0, 0.0, 1.0, 0.0, 1.0],
    "NOT BB": [-3.0, 0.0, -1.0, -4.0, 3.0, -6.0, -1.0, -2.0],
    "INT(BB/2)": [1.0, -1.0, 0.0, 2.0, -2.0, 3.0, 0.0, 1.0],
    "APOS(BB)": [0.0, -1.0, 0.0, 0.0, -4.0, 0.0, 0.0, 0.0],
    "SQR(B)": 0.0,
    "MAX(AA,5)": [5.0, 5.0, 9.0, 16.0, 25.0, 16.0, 9.0, 5.0],
    "MIN(AA,BB,3)": [1.0, -1.0, 0.0, 3.0, -4.0, 3.0, 0.0, 1.0],
    "AA>>2": [0.0, 0.0, 1.0, 4.0, 9.0, 16.0, 25.0, 16.0],
    "AA<<0.5": [2.75, 6.5, 12.5, 20.5, 20.5, 12.5, 6.5, 2.0],
    "AA<<20": 0.0,
    "D<<1": 24.0,
    "SUM(AA)": 84.0,
    "AVG(AA)": 10.5,
    "STD(CC)": 0.5345224838248488,
    "AMAX(BB)-AMIN(BB)": 9.0,
    "IXMIN(BB)": 4.0,
    "IXZ(5-IX*2)": 2.5,
    "IXZ(AA)": -1.0,
    "IXNZ(CC)": 2.0,
    "FWHM(CC)": 4.0,
    "AMIN(BB[-4,-1])": -4.0,
    "IXMAX(AA{3,6})": 4.0,
    "CUM(AA)": [1.0, 5.0, 14.0, 30.0, 55.0, 71.0, 80.0, 84.0],
    "SMOO(AA[1,6])": [4.0, 9.0, 15.75, 18.5, 16.0, 9.0, 0.0, 0.0],
    "NSMOO(AA,1)": [1.0, 4.0, 10.0, 15.75, 18.5, 15.75, 9.0, 4.0],
    "NDERIV(FF,1)": [-2.0, 4.0, 13.0, 28.0, 49.0, 76.0, 109.0, 145.0],
    "DERIV(IX*3)": 3.0,
    "FITPOLY(FF)": [10.5, -6.5, -2.5, 22.5, 68.5, 135.5, 223.5, 332.5],
    "FITMQ(FF,CC)": [35.7, 11.5, 8.3, 26.1, 64.9, 124.7, 205.5, 307.3],
    "CC:=FITQ((IX-2)^2,I,J,K);I+10*J+100*K": 64.0,  # 4 - 4x + x^2
    "CAT(AA[0,2],BB)": [1.0, 4.0, 9.0, 2.0, -1.0, 0.0, 3.0, -4.0],
    "CAT(AA[0,2],7)": [1.0, 4.0, 9.0, 7.0, 0.0, 0.0, 0.0, 0.0],
    "AA[-3,-1]": [16.0, 9.0, 4.0, 0.0, 0.0, 0.0, 0.0, 0.0],
    "AA[6,100]": [9.0, 4.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
    "AA{2,3}": [0.0, 0.0, 9.0, 16.0, 0.0, 0.0, 0.0, 0.0],
    "A[0,1]": [3.7, 3.7, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
    "IX": [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0],
    "CC:=AA*2;CC+1": [2 * a + 1 for a in AA],
    "I:=AA;I": 1.0,
    "@@0+@@1": [a + b for a, b in zip(AA, BB, strict=True)],
    "@8:=SUM(AA);I": 84.0,
    "AA>3?1:0": 0.0,  # element 0 decides
    # a range that ends before it begins has no elements; one less than none means all
    "AVG(AA[5,2]+1)": -0.5,
    "SUM(AA[4,3]+1)": 0.0,
    "STD(AA[4,3]+1)": 0.0,
    "AMAX(AA[4,3]+5)": 5.0,
    "AMIN(AA[4,3]+5)": 5.0,
    "IXZ(AA[4,1])": -1.0,
    "IXNZ(AA[4,1]+1)": -1.0,
    "FWHM(AA[5,1]+1)": -4.0,
    "SUM(AA[4,2]+1)": 8.0,
    "SUM(AA{2,-10}+1)": 8.0,
    "CAT(AA[4,3],BB)": BB,
    "CC:=AA[0,1];SUM(CC+1)": 13.0,  # what is read from a variable counts in full
    "NSMOO(AA[0,5],1)": [1.0, 4.0, 10.0, 15.75, 17.9375, 13.25, 0.0, 0.0],  # what does not count, too
    "NSMOO(AA,7[2,3])": [1.0, 4.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
    # NaN and infinity
    "IXMAX((CC-1)*(1e308*10))": 0.0,  # of -inf and NaN
    "IXMIN((1-CC)*(1e308*10))": 0.0,
    "AA>>(0*(1e308*10))": 0.0,
    "SUM(ISINF(DERIV(LN(ABS(IX-3)))))": 0.0,  # NaN where infinity takes part
    "I:=0;J:=UNTIL(I:=I+1;I>5);I+IX": [6.0 + i for i in range(8)],
    "ARNDM*0+FINITE(AA,1)": 1.0,
}
BAD = (
    "AA BB", "AA(1)", "FOO(AA)", "AA;BB", "'text'", "NAN", "AA,BB", "AA)", "AA]", "SQR(BB)", "LN(BB)",
    "FITPOLY(AA[0,1])", "FITMQ(FF,AA>100)", "NDERIV(AA,0)", "FITMQ(AA)", "NSMOO(AA,1e9)",
)  # fmt: skip


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    numbers = 'field(INPA, "3.7") field(INPB, "-2") field(INPC, "0") field(INPD, "12")'
    lines = [
        f'record(acalcout, "r{i}") {{ field(CALC, "{text}") field(NELM, "8") {numbers} }}'
        for i, text in enumerate((*CASES, *BAD))
    ]
    with local_engine(tmp_path_factory.mktemp("acalc"), "\n".join(lines)) as running:
        yield running


def _processed(db: Engine, i: int) -> None:
    for field, values in (("AA", AA), ("BB", BB), ("CC", CC), ("FF", FF)):
        db.put(f"r{i}.{field}", values, process=False)
    db.put(f"r{i}.PROC", 1)


@pytest.mark.parametrize(("i", "expression"), list(enumerate(CASES)), ids=list(CASES))
def test_expression(db: Engine, i: int, expression: str) -> None:
    _processed(db, i)
    wanted = CASES[expression]
    wanted = wanted if isinstance(wanted, list) else [wanted] * 8
    assert db.alarm(f"r{i}") == ("NO_ALARM", "NO_ALARM", "")
    assert db.get(f"r{i}.AVAL") == pytest.approx(wanted, rel=1e-9, abs=1e-9)
    assert db.get(f"r{i}") == pytest.approx(wanted[0], rel=1e-9, abs=1e-9)


@pytest.mark.parametrize(("i", "expression"), list(enumerate(BAD, len(CASES))), ids=BAD)
def test_what_cannot_be_computed(db: Engine, i: int, expression: str) -> None:
    _processed(db, i)
    assert db.get(f"r{i}.CSTAT") == -1
    assert db.get(f"r{i}.AVAL") == [0.0] * 8
    severity, status, message = db.alarm(f"r{i}")
    assert (severity, status) == ("INVALID", "CALC")
    assert message, "the alarm says why"


def test_a_derivative_has_the_last_digits_of_the_original(db: Engine) -> None:
    """Clients compare values that are nearly 0 by their digits, too."""
    from pydevpva.records.shared.calc.fits import deriv
    from pydevpva.records.shared.calc.vector import Vector, whole

    made = deriv(whole(np.array(BB)))
    assert isinstance(made, Vector)
    assert made.values[[3, 5]].tolist() == [0.7999999999999972, 1.7763568394002505e-15]
