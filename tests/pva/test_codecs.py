"""ndarray records that send compressed images, and those that read them: p4p, pvapy, and pvapy's server."""

from __future__ import annotations

import sys
import threading
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from p4p import Value

from pydevpva.errors import LoadError
from pydevpva.pva.types import decode
from pydevpva.pva.types.image import IMAGE
from pydevpva.records.results.codecs import compress, decompress
from tests.clients import Pvapy, Watch, needs_pvapy, value_of
from tests.ioc_process import ServerProcess
from tests.local_ioc import Serve, Served, eventually

lz4_block = pytest.importorskip("lz4.block", reason="lz4 is not installed")
pytest.importorskip("PIL", reason="pillow is not installed")
EVENT = """record(ndarray, "I") {{ field(DTYP, "pydev") field(SCAN, "I/O Intr") field(CODC, "{}")
    field(INP, "@pydev.iointr('image')") }}"""
GREY = np.add.outer(np.arange(40), np.arange(50)).astype("u1")


def publish(served: Served, value: Any) -> Any:
    """Have the record take this array; the update a client gets."""
    with served.watch("I") as watch:
        watch.next()
        return send(served, watch, value)


def send(served: Served, watch: Watch, value: Any) -> Any:
    """The same with a monitor that stays."""
    before = served.record("I").TIME % 10**9
    served.ioc.evaluator.events.publish("image", value)
    return watch.until(lambda update: update["timeStamp.nanoseconds"] != before and update.uniqueId)


def has_number(number: int, update: Any) -> bool:
    return bool(update.uniqueId == number)


def choose(served: Served, codec: str) -> str:
    return served.put("I.CODC", {"value.index": ["none", "lz4", "jpeg"].index(codec)})


@pytest.mark.parametrize(("dtype", "number"), [("i1", 1), ("u1", 5), ("u2", 6), ("i4", 3), ("f8", 10), ("?", 5)])
def test_lz4_is_a_raw_block_of_bytes_with_the_type_in_the_parameters(serve: Serve, dtype: str, number: int) -> None:
    sent = (np.arange(2000) % 7).astype(dtype).reshape(40, 50)
    update = publish(serve(EVENT.format("lz4")), sent)
    assert (update.codec.name, update.codec.parameters) == ("lz4", number)
    assert update.value.dtype == np.uint8
    assert (update.compressedSize, update.uncompressedSize) == (update.value.size, sent.nbytes)
    assert update.compressedSize < sent.nbytes
    assert [side["size"] for side in update.dimension] == [50, 40]
    assert lz4_block.decompress(update.value.tobytes(), uncompressed_size=sent.nbytes) == sent.tobytes()


def test_pvapy_decodes_our_lz4(serve: Serve) -> None:
    needs_pvapy("it decoded nothing")
    served = serve(EVENT.format("lz4"))
    with closing(Pvapy(served.environment)) as pvapy, served.watch("I") as watch:
        watch.next()
        for dtype in ("int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float32", "float64"):
            sent = np.arange(6).astype(dtype).reshape(2, 3)
            send(served, watch, sent)
            assert pvapy.image("I") == (dtype, sent.tolist())


def test_jpeg_is_a_file_of_the_quality_asked_for(serve: Serve) -> None:
    from io import BytesIO

    from PIL import Image

    served = serve(EVENT.format("jpeg"))
    sizes = []
    with served.watch("I") as watch:
        watch.next()
        for quality in (85, 20):
            served.put("I.JQLT", quality)
            update = send(served, watch, GREY)
            assert (update.codec.name, update.codec.parameters, update.value.dtype) == ("jpeg", 5, np.uint8)
            sizes.append(update.compressedSize)
            got = Image.open(BytesIO(update.value.tobytes()))
            assert (got.format, got.mode, got.size) == ("JPEG", "L", (50, 40))
    assert sizes[1] < sizes[0] < GREY.nbytes


def test_what_a_codec_cannot_take_is_an_alarm_and_the_last_image_stays(serve: Serve) -> None:
    served = serve(EVENT.format("jpeg"))
    publish(served, GREY)
    update = publish(served, GREY.astype("u2"))
    assert (update.alarm.severity, update.alarm.message) == (3, "no jpeg of uint16 (40, 50); it takes ui")
    assert (update.uniqueId, update.codec.name, served.get("I.ERRC").value) == (1, "jpeg", 1)


def test_the_codec_changes_at_run_time(serve: Serve) -> None:
    served = serve(EVENT.format("none"))
    with served.watch("I") as watch:
        for number, codec in enumerate(("none", "jpeg", "lz4", "none"), 1):
            choose(served, codec)
            served.ioc.evaluator.events.publish("image", GREY)
            update = watch.until(partial(has_number, number))
            assert update.codec.name == codec.replace("none", "")
            assert np.abs(value_of(update).astype(int) - GREY).max() < 10
            eventually(lambda: served.record("I").CBYT == update.compressedSize, "CBYT")  # noqa: B023
    assert (served.get("I.NBYT").value, served.get("I.CBYT").value) == (2000, 2000)
    assert served.get("I.VAL").value.tolist() == GREY.reshape(-1).tolist()


def test_an_image_that_came_before_its_codec_goes_as_it_is(serve: Serve) -> None:
    served = serve(EVENT.format("none"))
    publish(served, GREY.astype("f4"))
    choose(served, "jpeg")
    update = served.get("I")
    assert (update.codec.name, update.value.dtype) == ("", np.float32)


def test_the_image_that_a_client_finds_goes_as_it_is_and_the_next_is_compressed(serve: Serve) -> None:
    served = serve(EVENT.format("lz4"))
    served.ioc.evaluator.events.publish("image", GREY)
    with served.watch("I") as watch:
        found = watch.next()
        assert (found.uniqueId, found.codec.name, found.compressedSize) == (1, "", 2000)
        served.ioc.evaluator.events.publish("image", GREY)
        update = watch.until(lambda update: update.uniqueId == 2)
    assert (update.codec.name, value_of(update).tolist()) == ("lz4", GREY.tolist())


def test_the_newest_of_many_fast_images_arrives_and_none_is_mixed_up(serve: Serve) -> None:
    served = serve(EVENT.format("lz4"))
    with served.watch("I") as watch:
        for number in range(1, 301):
            served.ioc.evaluator.events.publish("image", np.full((300, 300), number, "u2"))
        last = 0
        while last < 300:
            update = watch.until(lambda update: update.uniqueId > 0)
            got = value_of(update)
            last = update.uniqueId
            assert (got == last).all()
    assert served.get("I.CNT").value == 300


def test_an_alarm_and_a_description_arrive_while_images_are_compressed(serve: Serve) -> None:
    served = serve(EVENT.format("lz4"))
    with served.watch("I") as watch:
        served.ioc.evaluator.events.publish("image", np.zeros((3000, 3000)))
        served.ioc.evaluator.events.publish("image", "no image")
        served.put("I.DESC", "new")
        update = watch.until(lambda update: update.alarm.severity == 3 and update.uniqueId == 1)
        assert value_of(update).shape == (3000, 3000)
        if update.descriptor != "new":
            watch.until(lambda update: update.descriptor == "new")


@pytest.mark.parametrize(("codec", "module", "package"), [("lz4", "lz4.block", "lz4"), ("jpeg", "PIL", "pillow")])
def test_a_missing_package_is_said_at_load_and_at_a_put(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, codec: str, module: str, package: str
) -> None:
    served = serve(EVENT.format("none"))
    for name in [name for name in sys.modules if name.startswith(module)]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(LoadError, match=f"I.CODC: codec {codec} needs: pip install {package}"):
        serve(EVENT.format(codec))
    assert choose(served, codec).endswith(f"needs: pip install {package}")
    assert served.record("I").CODC == 0


def test_a_number_that_is_no_codec_is_refused(serve: Serve) -> None:
    served = serve(EVENT.format("lz4"))
    with pytest.raises(Exception, match=r"I\.CODC: 7 is not one of the choices"):
        served.on_database(lambda: served.ioc.database.find("I.CODC").put(7))
    assert served.record("I").CODC == 1


READERS = """
record(ndarray, "Copy") { field(DTYP, "pydev") field(INP, "@A + 1") field(INPA, {pva: {pv: "Sim:lz4", proc: "CP"}}) }
record(waveform, "Pixels") { field(FTVL, "LONG") field(NELM, "10") field(INP, {pva: {pv: "Sim:lz4", proc: "CP"}}) }
record(waveform, "Leaf") { field(FTVL, "LONG") field(NELM, "10")
    field(INP, {pva: {pv: "Sim:lz4", field: "value", proc: "CP"}}) }
record(ndarray, "Blosc") { field(INP, {pva: {pv: "Sim:blosc", proc: "CP"}}) }
record(waveform, "BloscPixels") { field(FTVL, "LONG") field(NELM, "10")
    field(INP, {pva: {pv: "Sim:blosc", proc: "CP"}}) }
"""


def test_images_that_pvapy_compressed_are_read_and_other_codecs_refused(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    needs_pvapy("it decoded nothing")
    at_work: set[tuple[str, str]] = set()

    def seen(codec: str, *rest: Any) -> Any:
        at_work.add((codec, threading.current_thread().name.partition("_")[0]))
        return decompress(codec, *rest)

    monkeypatch.setattr(decode, "decompress", seen)
    served = serve(READERS)
    own = {"EPICS_PVAS_SERVER_PORT": "0", "EPICS_PVA_SERVER_PORT": "0"}
    script = Path(__file__).with_name("pvapy_images.py")
    process = ServerProcess([sys.executable, script, "blosc"], tmp_path / "log", env={**served.environment, **own})
    try:
        process.wait_log("ready")
        record = served.record
        eventually(lambda: record("Copy").CNT and record("Pixels").SEVR == 0 and record("Leaf").SEVR == 0, "read")
        copy = record("Copy").image
        assert (copy.dtype, copy.tolist(), copy.unique_id) == (np.uint16, [[1, 2, 3], [4, 5, 6]], 7)
        assert record("Pixels").VAL.tolist() == record("Leaf").VAL.tolist() == [0, 1, 2, 3, 4, 5]
        for name in ("Blosc", "BloscPixels"):
            eventually(lambda: "codec" in record(name).AMSG, f"the alarm of {name}")  # noqa: B023
            alarm = record(name).SEVR, record(name).STAT, record(name).AMSG
            assert alarm == (3, 14, "codec blosc is none of lz4, jpeg")
        assert {thread for codec, thread in at_work if codec == "lz4"} == {"codec"}  # no record waits for it
    finally:
        process.kill()


@pytest.mark.parametrize(
    ("sizes", "mode"), [([3, 50, 40], 2), ([50, 3, 40], 3), ([50, 40, 3], 4)], ids=["RGB1", "RGB2", "RGB3"]
)
def test_a_colour_jpeg_is_rgb1_whatever_its_array_was(sizes: list[int], mode: int) -> None:
    """areaDetector keeps dimensions and ColorMode of what was compressed; a JPEG has its colours side by side."""
    colour = np.stack([GREY, GREY + 20, GREY + 40], axis=-1)
    leaves = {
        "value": ("ubyteValue", compress("jpeg", colour, 100)),
        "codec": {"name": "jpeg", "parameters": ("i", 5)},
        "dimension": [{"size": size} for size in sizes],
        "attribute": [{"name": "ColorMode", "value": ("i", mode)}],
    }
    got = value_of(Value(IMAGE.type, leaves))
    assert (got.shape, got.color_mode) == ((40, 50, 3), 2)
    assert np.abs(got.astype(int) - colour).max() < 10
