"""Whatever is passed, an error is one of ours: it names the file, and no library is asked."""

import io
import os
import pathlib
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch._subclasses.fake_tensor import FakeTensorMode

import compat
from dispatcher.errors import ArgumentTypeError, AudioError
from tests.conftest import BACKENDS
from tests.tables import table

SOUND = torch.rand(2, 400) - 0.5
CALLERS = [
    pytest.param("2.0", None, marks=pytest.mark.libsox),
    *(("2.2", name) for name in ("ffmpeg", "soundfile")),
    pytest.param("2.2", "sox", marks=pytest.mark.libsox),
    ("2.9", None),
]
NUMBERS = [2**31, 2**63, 2**70, -(2**70), 1.5, "3", None, np.int64(3), torch.tensor(3), float("nan"), float("inf"), True]
NAMES = [1, b"wav", ["wav"], torch.tensor(1), "w\0v", "", "\ud800", 1.5]
PLACES = ["a\0.wav", "\0", b"a\0.wav", "x" * 5000, b"x" * 5000, "\ud800.wav", "", ".", None, 1.5, bytearray(b"a.wav"), np.zeros(3)]
FORMATS = [1, b"wav", ["wav"], "w\0v", "\ud800"]
COMPLEX = torch.complex(SOUND, SOUND)


TENSORS: dict[str, Any] = {
    "conjugate": COMPLEX.conj(),
    "complex": COMPLEX,
    "sparse": SOUND.to_sparse(),
    "half": SOUND.half(),
    "bfloat16": SOUND.bfloat16(),
    "bool": SOUND > 0,
    "meta": SOUND.to("meta"),
    "requires grad": SOUND.clone().requires_grad_(),
    "array": SOUND.numpy(),
    "list": [[0.0]],
    "quantized": torch.quantize_per_tensor(SOUND, 0.1, 0, torch.qint8),
    "nested": torch.nested.nested_tensor([SOUND[0], SOUND[1]]),
    "int8": (SOUND * 100).to(torch.int8),
}


@pytest.fixture
def wav() -> str:
    compat.save("a.wav", SOUND, 8000)
    return "a.wav"


def _ours(call: Callable[..., Any], *arguments: Any, **named: Any) -> str:
    """What an error of ours says, if the call raises one."""
    found = ""
    try:
        call(*arguments, **named)
    except AudioError as why:
        found = str(why)
    assert len(found) < 2000
    return found


def _fake() -> torch.Tensor:
    with FakeTensorMode():  # for which torch imports its compiler
        return torch.zeros(1, 100)


Call = Callable[..., object]
# a call with a value in the place of an argument, the values, and whether all of them must be refused
ARGUMENTS: dict[str, tuple[Call, list[Any], bool]] = {
    "place to load": (lambda torchaudio, value, **named: torchaudio.load(value, **named), PLACES, True),
    "place to save": (lambda torchaudio, value, **named: torchaudio.save(value, SOUND, 8000, **named), PLACES, True),
    # 2.9 has no info
    "place to ask": (lambda torchaudio, value, **named: getattr(torchaudio, "info", torchaudio.load)(value, **named), PLACES, True),
    "frame_offset": (lambda torchaudio, value, **named: torchaudio.load("a.wav", frame_offset=value, **named), NUMBERS, False),
    "num_frames": (lambda torchaudio, value, **named: torchaudio.load("a.wav", num_frames=value, **named), NUMBERS, False),
    "format to load": (lambda torchaudio, value, **named: torchaudio.load("a.wav", format=value, **named), NAMES, False),
    "rate": (lambda torchaudio, value, **named: torchaudio.save("b.wav", SOUND, value, **named), NUMBERS, False),
    "bits": (lambda torchaudio, value, **named: torchaudio.save("b.wav", SOUND, 8000, bits_per_sample=value, **named), NUMBERS, False),
    "format to save": (lambda torchaudio, value, **named: torchaudio.save("b.wav", SOUND, 8000, format=value, **named), NAMES, False),
    "format of a file object": (
        lambda torchaudio, value, **named: torchaudio.save(io.BytesIO(), SOUND, 8000, format=value, **named), NAMES, False,
    ),
    "encoding": (lambda torchaudio, value, **named: torchaudio.save("b.wav", SOUND, 8000, encoding=value, **named), NAMES, False),
    **{
        f"tensor for {kind}": (
            lambda torchaudio, value, kind=kind, **named: torchaudio.save(f"b.{kind}", value, 8000, **named), [*TENSORS.values()], False,
        )
        for kind in ("wav", "flac", "mp3", "ogg")
    },
    **{
        f"fake tensor for {kind}": (lambda torchaudio, _, kind=kind, **named: torchaudio.save(f"b.{kind}", _fake(), 8000, **named), [None], False)
        for kind in ("wav", "flac", "mp3", "ogg")
    },
}  # fmt: skip


@pytest.mark.parametrize(("release", "backend"), CALLERS)
@table("call, values, is_refused", ARGUMENTS)
def test_no_argument_gives_an_error_of_another_kind(
    call: Call, values: list[Any], is_refused: bool, release: str, backend: str | None, wav: str
) -> None:
    """No OverflowError, AttributeError, UnicodeError or IndexError of Python's own."""
    torchaudio, named = compat.standin(release), {} if backend is None else {"backend": backend}
    said = [_ours(call, torchaudio, value, **named) for value in values]
    if is_refused:
        assert all(said), said
        assert os.listdir() == ["a.wav"]


# likewise of streams and effects, and whether all values must be refused
OTHERS: dict[str, tuple[Call, list[Any], bool]] = {
    "place to read": (lambda torchaudio, value: torchaudio.io.StreamReader(value), PLACES, True),
    "place to write": (lambda torchaudio, value: torchaudio.io.StreamWriter(value), PLACES, True),
    "format to read": (lambda torchaudio, value: torchaudio.io.StreamReader("a.wav", format=value), FORMATS, True),
    "format to write": (lambda torchaudio, value: torchaudio.io.StreamWriter("b.wav", format=value), FORMATS, True),
    "buffer_size": (lambda torchaudio, value: torchaudio.io.StreamReader("a.wav", buffer_size=value), NUMBERS, False),
    "buffer_size in 2.9": (lambda _, value: compat.standin("2.9").load("a.wav", buffer_size=value), NUMBERS, False),
    **{
        f"buffer_size of {backend}": (
            lambda torchaudio, value, backend=backend: torchaudio.load("a.wav", buffer_size=value, backend=backend),
            NUMBERS,
            False,
        )
        for backend in ("ffmpeg", "soundfile")
    },
    "frames": (lambda torchaudio, value: torchaudio.io.StreamReader("a.wav").add_basic_audio_stream(value), NUMBERS, False),
    "place to seek": (lambda torchaudio, value: torchaudio.io.StreamReader("a.wav").seek(value), NUMBERS, False),
    "source stream": (lambda torchaudio, value: torchaudio.io.StreamReader("a.wav").get_src_stream_info(value), NUMBERS, False),
    "rate to write": (lambda torchaudio, value: torchaudio.io.StreamWriter("b.wav").add_audio_stream(value, 2), NUMBERS, False),
    "channels to write": (lambda torchaudio, value: torchaudio.io.StreamWriter("b.wav").add_audio_stream(8000, value), NUMBERS, False),
}
# what C would cut off at a NUL, or cannot be given at all
ROWS = [1, "rate", [1], ["rate"], [["rate\0", "8000"]], [["rate", "80\0"]], [["\ud800"]], b"rate"]
RATE = [["rate", "4000"]]
OF_EFFECTS: dict[str, tuple[Call, list[Any], bool]] = {
    "buffer_size of sox": (lambda torchaudio, value: torchaudio.load("a.wav", buffer_size=value, backend="sox"), NUMBERS, False),
    "effects on a tensor": (lambda torchaudio, value: torchaudio.sox_effects.apply_effects_tensor(SOUND, 8000, value), ROWS, True),
    "effects on a file": (lambda torchaudio, value: torchaudio.sox_effects.apply_effects_file("a.wav", value), ROWS, True),
    "tensor for effects": (
        lambda torchaudio, value: torchaudio.sox_effects.apply_effects_tensor(TENSORS[value], 8000, RATE),
        ["sparse", "meta", "nested", "complex"],
        True,
    ),
    "file for effects": (lambda torchaudio, value: torchaudio.sox_effects.apply_effects_file(value, RATE), PLACES, True),
}


@table(
    "call, values, is_refused",
    {**OTHERS, **{name: pytest.param(*row, marks=pytest.mark.libsox) for name, row in OF_EFFECTS.items()}},
)
def test_streams_and_effects_refuse_likewise(call: Call, values: list[Any], is_refused: bool, wav: str) -> None:
    torchaudio = compat.standin("2.2")
    said = [_ours(call, torchaudio, value) for value in values]
    assert all(said) or not is_refused, said


@pytest.mark.parametrize(
    ("offset", "frames", "begin", "end"),
    [
        (1.0, -1, 1, 400),
        (1.5, -1.0, 2, 400),
        (2.5, -1, 2, 400),
        (0, 1.5, 0, 2),
        (2.5, 1.0, 2, 4),
        (np.float32(3), 5, 3, 8),
        (100.0, 1e9, 100, 400),
    ],
)
def test_ffmpeg_rounds_both_ends_of_a_piece(offset: Any, frames: Any, begin: int, end: int, wav: str) -> None:
    """Halves go to the even number, as in the filter that the releases cut with."""
    piece, _ = compat.load(wav, offset, frames)
    assert piece.equal(compat.load(wav)[0][:, begin:end])


@pytest.mark.parametrize("backend", ["ffmpeg", "soundfile", pytest.param("sox", marks=pytest.mark.libsox)])
@pytest.mark.parametrize("extension", ["wav", "flac"])
def test_numpy_integers_of_few_bits_and_subclasses_of_str_are_taken(extension: str, backend: str, wav: str) -> None:
    """As in 2.0 to 2.8; sums of such integers would overflow, and PyAV takes no subclass."""
    name = f"b.{extension}"
    compat.save(name, SOUND, 8000, format=np.str_(extension), backend=backend)
    whole = compat.load(name, format=np.str_(extension), backend=backend)[0]
    assert compat.info(name, format=np.str_(extension), backend=backend).num_frames == 400
    for frames in (-1, np.uint8(255), np.int16(32767)):
        assert compat.load(name, np.uint8(5), frames, backend=backend)[0].equal(whole[:, 5:][:, : int(frames) if frames > 0 else None])  # type: ignore[arg-type]


_NAN = float("nan")


@pytest.mark.parametrize(
    ("backend", "piece", "says"),
    [
        # no way around what is refused
        *((None, {"num_frames": frames}, "num_frames") for frames in (0.4, -0.5, -1.5)),
        *((None, {"frame_offset": offset}, "frame_offset") for offset in (-0.4, _NAN)),
        ("soundfile", {"frame_offset": 1.5}, "must be an int"),
        pytest.param("sox", {"frame_offset": 1.5}, "must be an int", marks=pytest.mark.libsox),
    ],
)
def test_a_fraction_is_refused(backend: str | None, piece: dict[str, Any], says: str, wav: str) -> None:
    """The releases raised RuntimeError for sox, and TypeError for soundfile."""
    for error in (RuntimeError, TypeError) if backend else (RuntimeError,):
        with pytest.raises(error, match=says):
            compat.load(wav, **piece, backend=backend)


@pytest.mark.libsox
@pytest.mark.parametrize("name", ["frame_offset", "num_frames", "normalize", "channels_first"])
def test_none_is_the_default_for_sox(name: str, wav: str) -> None:
    """Its functions were TorchScript's, with optional parameters."""
    expected, _ = compat.load(wav, backend="sox")
    for release in ("2.0", "2.1"):
        old = compat.standin(release)
        assert old.backend.sox_io_backend.load(wav, **{name: None})[0].equal(expected)
        if name in ("normalize", "channels_first"):
            assert old.sox_effects.apply_effects_file(wav, [], **{name: None})[0].equal(expected)
    assert compat.load(wav, backend="sox", **{name: None})[0].equal(expected)


def test_the_buffer_of_a_path_may_be_anything(wav: str) -> None:
    """It is for file objects; there it is checked."""
    unused: Any = None
    assert compat.load(wav, buffer_size=unused)[0].shape == (2, 400)
    compat.save("out.wav", SOUND, 8000, buffer_size=unused)
    with open(wav, "rb") as file, pytest.raises(TypeError, match="buffer_size"):
        compat.load(file, buffer_size=unused)
    with pytest.raises(TypeError, match="buffer_size"):
        compat.save(io.BytesIO(), SOUND, 8000, format="wav", buffer_size=unused)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("kind", ["negative bit", "imaginary part of a conjugate"])
def test_a_lazy_negation_is_written_as_it_is(kind: str, backend: str, wav: str) -> None:
    """Torch notes a negation, and numpy refuses the tensor until it is made."""
    lazy = torch._neg_view(SOUND) if kind == "negative bit" else torch.complex(SOUND, SOUND).conj().imag
    assert lazy.is_neg()
    compat.save("lazy.wav", lazy, 8000, backend=backend)
    compat.save("done.wav", -SOUND, 8000, backend=backend)
    found, made = (compat.load(name, backend=backend) for name in ("lazy.wav", "done.wav"))  # libsndfile puts the time into the bytes
    assert torch.equal(found[0], made[0])


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the system has no such names")
@pytest.mark.parametrize("backend", BACKENDS)
def test_a_name_that_is_no_unicode_is_one(backend: str, wav: str) -> None:
    """Python writes its bytes as halves of surrogate pairs."""
    for name in ("\udcff.wav", "\udcff.flac"):
        compat.save(name, SOUND, 8000, backend=backend)
        assert compat.load(name, backend=backend)[0].shape == (2, 400)
        os.truncate(name, 0)
        assert _ours(compat.load, name, backend=backend)
        os.unlink(name)
        assert _ours(compat.info, name, backend=backend)


@pytest.mark.parametrize("what", ["sparse", "meta", "requires grad", "bfloat16", "quantized"])
def test_the_step_that_a_tensors_error_names_works(what: str, wav: str) -> None:
    """It is the method that makes of the tensor one that can be saved."""
    found = _ours(compat.save, "out.flac", TENSORS[what], 8000, backend="soundfile")
    assert "out.flac" in found
    assert {"sparse": "to_dense()", "meta": "cpu()", "requires grad": "detach()"}.get(what, "float32") in found
    made = {"sparse": torch.Tensor.to_dense, "requires grad": torch.Tensor.detach, "quantized": torch.Tensor.dequantize}
    if what != "meta":
        compat.save("out.flac", made.get(what, torch.Tensor.float)(TENSORS[what]).to(torch.float32), 8000, backend="soundfile")


@pytest.mark.parametrize("way", ["script.py/../x.wav", "gone/../x.wav", "x.wav/", "gone/../gone/../x.wav"])
def test_ffmpeg_leaves_out_what_a_path_leaves_again(way: str, tmp_path: pathlib.Path) -> None:
    """As in ``os.path.join(__file__, "../x.wav")``, which the system refuses."""
    (tmp_path / "script.py").touch()
    with compat.pinned("2.2") as torchaudio:
        torchaudio.save(f"{tmp_path}/{way}", torch.zeros(1, 100), 8000)
        assert (tmp_path / "x.wav").is_file()
        assert torchaudio.load(f"{tmp_path}/{way}")[0].shape == (1, 100)
        assert torchaudio.info(f"{tmp_path}/{way}").num_frames == 100
        assert torchaudio.io.StreamReader(f"{tmp_path}/{way}").num_src_streams == 1


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
def test_a_path_that_leads_through_a_link_is_taken_as_it_is(tmp_path: pathlib.Path) -> None:
    (tmp_path / "real" / "sub").mkdir(parents=True)
    (tmp_path / "link").symlink_to("real/sub")
    for folder, frames in ((tmp_path, 100), (tmp_path / "real", 200)):
        compat.save(folder / "x.wav", torch.zeros(1, frames), 8000)
    assert compat.load(f"{tmp_path}/link/../x.wav")[0].shape == (1, 200)


@pytest.mark.parametrize("release", ["2.0", "2.1"])
def test_bytes_of_a_file_ask_for_bytesio(release: str, wav: str) -> None:
    """The message does not repeat the file, and the step that it names works."""
    data = pathlib.Path(wav).read_bytes() * 100
    torchaudio: Any = compat.standin(release, truncated="ignore", sox_io_file_objects=True)
    for call in (torchaudio.load, torchaudio.info):
        with pytest.raises((RuntimeError, TypeError), match=r"Pass io\.BytesIO\(data\)") as caught:
            call(data)
        assert len(str(caught.value)) < 300
    assert torchaudio.load(io.BytesIO(data))[0].shape == (2, 400)


@pytest.mark.parametrize("made", [bytearray, memoryview, lambda data: np.frombuffer(data, np.uint8), lambda data: torch.tensor(list(data))])
def test_other_things_in_memory_ask_for_it_too(made: Callable[[bytes], Any], wav: str) -> None:
    with pytest.raises(ArgumentTypeError, match=r"pass io\.BytesIO\(data\)"):
        compat.load(made(pathlib.Path(wav).read_bytes()), backend="ffmpeg")
