"""A masked element is no value: NaN where elements are FLOAT or DOUBLE, a refusal elsewhere, in every record alike."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.local_ioc import local_ioc

FLOATS = "np.ma.array([1.0, 2.0], mask=[0, 1])"
INTS = "np.ma.array([1, 2], mask=[0, 1])"
IMAGE = "np.ma.array([[1, 2], [3, 4]], mask=[[0, 1], [0, 0]], dtype='{}')"


def record(rtype: str, code: str, fields: str = "") -> str:
    return f'record({rtype},"r") {{ field(DTYP,"pydev") field(INP,"@{code}") {fields} }}'


@pytest.mark.parametrize("code", [FLOATS, INTS])
@pytest.mark.parametrize("dbf", ["FLOAT", "DOUBLE"])
@pytest.mark.parametrize("rtype", ["waveform", "aai", "subArray", "pycalc"])
def test_it_is_nan_among_floating_point_elements(tmp_path: Path, rtype: str, dbf: str, code: str) -> None:
    size = 'field(NELM,"2") field(MALM,"2")' if rtype == "subArray" else 'field(NELM,"2")'
    text = record(rtype, code, f'field(FTVL,"{dbf}") {size}')
    if rtype == "pycalc":
        text = f'record(pycalc,"r") {{ field(CALC,"{code}") field(FTVL,"{dbf}") field(MEVL,"2") }}'
    with local_ioc(tmp_path, text, "import numpy as np") as ioc:
        ioc.put("r.PROC", 1)
        found, alarm = ioc.get("r"), ioc.alarm("r")[0]
    assert (found[0], np.isnan(found[1]), alarm) == (1.0, True, "NO_ALARM")


@pytest.mark.parametrize("dbf", ["LONG", "UCHAR", "INT64", "STRING"])
def test_all_is_refused_among_others(tmp_path: Path, dbf: str) -> None:
    with local_ioc(
        tmp_path, record("waveform", FLOATS, f'field(FTVL,"{dbf}") field(NELM,"2")'), "import numpy as np"
    ) as ioc:
        ioc.put("r.PROC", 1)
        assert ioc.alarm("r") == ("INVALID", "CALC", "element 1 is masked: no value")
        assert len(ioc.get("r")) == 0


def test_pixels_and_columns_follow_the_same_rule(tmp_path: Path) -> None:
    for rtype, give, refused in (
        ("ndarray", IMAGE.format("f4"), IMAGE.format("u2")),
        ("table", f"{{'x': {FLOATS}}}", f"{{'x': {INTS}}}"),
    ):
        code = f"({give} if good else {refused})"
        with local_ioc(tmp_path, record(rtype, code), "import numpy as np", "good = True") as ioc:
            ioc.put("r.PROC", 1)
            assert ioc.alarm("r")[0] == "NO_ALARM"
            value = ioc.call(lambda ioc=ioc: ioc.ioc.database.records["r"].VAL)
            values = value.columns["x"] if rtype == "table" else value
            assert (values[0], np.isnan(values[1])) == (1.0, True)
            ioc.ioc.run_python("good = False")
            ioc.put("r.PROC", 1)
            assert ioc.alarm("r")[:2] == ("INVALID", "CALC")
            assert "masked: no value" in ioc.alarm("r")[2]


@pytest.mark.parametrize("rtype", ["ai", "longin", "stringin", "mbbi", "waveform", "compress", "ndarray", "table"])
def test_masked_itself_is_no_value(tmp_path: Path, rtype: str) -> None:
    fields = {"waveform": 'field(FTVL,"DOUBLE") field(NELM,"2")', "compress": 'field(NSAM,"2")'}.get(rtype, "")
    with local_ioc(tmp_path, record(rtype, "np.ma.masked", fields), "import numpy as np") as ioc:
        ioc.put("r.PROC", 1)
        assert ioc.alarm("r")[2] == "MaskedConstant: no value (masked)"
