"""What errors say: the file as the user named it, the backend, the cause, and a next step, which is followed here."""

import functools
import io
import os
import pathlib
import tarfile
import tempfile
from collections.abc import Callable
from typing import Any

import pytest
import torch

import compat
import dispatcher
from dispatcher.errors import NoAudioStreamError
from tests import streaming
from tests.codemod.commands import put
from tests.conftest import ASSETS, BACKENDS
from tests.oracle.replay import Unseekable
from tests.tables import table

SOUND = torch.sin(torch.arange(8000) * 0.1)[None]
WAV = streaming.saved(SOUND, 8000)
_NO_ENCODER = r"no encoder for .*(save as another format|backend='sox')|has no format to write"
# the file object is what the user passed; an encoding that a format has not is not said to "have None"; nobody is to write str(None)
NEVER = (tempfile.gettempdir() + os.sep, "''", "have None", "str(path)", "free format")
NOISE = b"not audio at all" * 50


def _old() -> Any:
    return compat.standin("2.0")


def _save(name: str, channels: int = 1, rate: int = 8000, **named: Any) -> None:
    dispatcher.save(name, SOUND.repeat(channels, 1), rate, **named)


def _check_says(says: str, call: Callable[..., object], *arguments: Any, **named: Any) -> None:
    with pytest.raises((RuntimeError, ValueError, TypeError), match=says) as caught:
        call(*arguments, **named)
    assert [words for words in NEVER if words in str(caught.value)] == []


@pytest.mark.libsox
@table("call, says", {
    "load of noise": (lambda: _old().load(io.BytesIO(NOISE)), "<BytesIO>"),
    "info of noise": (lambda: _old().info(io.BytesIO(NOISE)), "<BytesIO>"),
    "load of nothing": (lambda: _old().load(io.BytesIO(b"")), "<BytesIO>"),
    "effects on noise": (lambda: _old().sox_effects.apply_effects_file(io.BytesIO(b"no"), [["rate", "8000"]]), "<BytesIO>"),
    "no format": (lambda: _old().save(io.BytesIO(), SOUND, 8000), "pass format='wav'"),
    "m4a": (lambda: _old().save(io.BytesIO(), SOUND, 8000, format="m4a"), r"compat\.save\(\.\.\., backend='ffmpeg'\)"),
    "no such encoding": (lambda: _old().save(io.BytesIO(), SOUND, 8000, format="wav", encoding="X"), "takes no encoding='X'"),
    "gsm, for which FFmpeg has a muxer alone": (lambda: _save("x.gsm", backend="ffmpeg"), "no encoder for gsm; backend='sox' writes it"),
    "speex": (lambda: _save("x.spx", backend="ffmpeg"), _NO_ENCODER),
    "ilbc": (lambda: _save("x.lbc", backend="ffmpeg"), _NO_ENCODER),
    "2.9, which ignores format=": (lambda: compat.standin("2.9").save("x", SOUND, 8000), r"give the path an extension\.$"),
    "2.9, an extension": (lambda: compat.standin("2.9").save("x.xyz", SOUND, 8000), r"compat\.save\(\.\.\., format=\) takes"),
    "a transposed tensor": (lambda: _save("x.wav", 100, backend="ffmpeg"), r"pass channels_first=False\.$"),
    "no such file for 2.0": (lambda: _old().load("x.wav"), r"cannot read 'x\.wav' with the sox backend: there is no such file\.$"),
    "no frames for 2.0": (lambda: _old().load(str(ASSETS / "mono_s16.wav"), num_frames=0), r"with the sox backend: num_frames is 0, and must be -1 \(all\) or positive\.$"),
    # FFmpeg says "Function not implemented", or less
    "amr": (lambda: _save("x.amr", 2, 48000, backend="ffmpeg"), "amr.* does not take 2 channels at 48000 Hz|no encoder for amr_nb"),
    "mp3": (lambda: _save("x.mp3", 300, backend="sox"), "libsox does not write 300 channels at 8000 Hz as 'mp3'; take fewer channels"),
})  # fmt: skip
def test_what_is_not_read_or_written_by_whom(call: Callable[[], object], says: str) -> None:
    _check_says(says, call)
    assert not os.listdir()


@pytest.mark.libsox
@pytest.mark.parametrize("container", ["mp3", "ogg", "flac", "gsm", "htk", "amr-nb"])
def test_an_encoding_that_a_format_has_not_is_to_be_left_out(container: str) -> None:
    name = f"x.{container}"
    _check_says("leave encoding= out", _save, name, format=container, encoding="PCM_S", bits_per_sample=16, backend="sox")
    _save(name, format=container, backend="sox")


@pytest.mark.libsox
def test_a_temporary_file_of_ours_is_not_in_a_warning_either() -> None:
    """Of a cut file object, 2.0's sox_io says so."""
    with pytest.warns(UserWarning, match="<BytesIO> is cut short") as told:
        compat.standin("2.0").load(io.BytesIO(WAV[:9000]), format="wav")
    assert not any(NEVER[0] in str(warning.message) for warning in told)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_path_without_an_extension_asks_for_one(backend: str) -> None:
    takes_format = backend != "soundfile"
    step = "give the path an extension" + ", or pass format='wav' or another" * takes_format
    _check_says(rf"'sound'.*{step}\.$", _save, "sound", backend=backend)
    _save("sound.wav", backend=backend)
    if takes_format:
        _save("sound", format="wav", backend=backend)
        assert dispatcher.info("sound", backend=backend).num_frames == 8000


@pytest.mark.parametrize("given", [None, ["x.wav"], 1.5])
@pytest.mark.parametrize("backend", BACKENDS)
def test_what_is_neither_path_nor_file_is_called_that(given: Any, backend: str) -> None:
    _check_says("neither a path nor a file object, but", dispatcher.load, given, backend=backend)


def test_a_member_of_a_tar_that_is_read_as_a_stream_is_told_of() -> None:
    """Python's tarfile fails there with an AttributeError of its own."""
    put({"x.wav": WAV})
    with tarfile.open("x.tar", "w") as archive:
        archive.add("x.wav")
    with tarfile.open("x.tar", "r|") as archive, pytest.raises(OSError, match=r"io\.BytesIO\(file\.read\(\)\).*unseekable_objects"):
        compat.standin("2.2").load(archive.extractfile(next(iter(archive))))
    with tarfile.open("x.tar", "r|") as archive:
        load = compat.standin("2.2", unseekable_objects=True).load
        assert load(archive.extractfile(next(iter(archive))))[0].shape == (1, 8000)


@pytest.mark.parametrize("backend", ["ffmpeg", "soundfile"])
def test_an_object_that_refuses_to_seek_is_told_of(backend: str) -> None:
    with pytest.raises(
        (OSError, RuntimeError), match=rf"<Unseekable> with the {backend} backend.*io\.BytesIO.*unseekable_objects"
    ) as caught:
        compat.standin("2.2").load(Unseekable(WAV), backend=backend)
    assert isinstance(caught.value, io.UnsupportedOperation) == (backend == "ffmpeg")
    assert compat.standin("2.2").load(io.BytesIO(Unseekable(WAV).read()), backend=backend)[0].shape == (1, 8000)
    assert compat.standin("2.2", unseekable_objects=True).load(Unseekable(WAV), backend=backend)[0].shape == (1, 8000)


@functools.cache
def _free_format() -> bytes:
    """An mp3 whose frames tell no bit rate; each is 960 bytes long, at 320 kB/s and 48 kHz."""
    compression = dispatcher.CodecConfig(bit_rate=320_000)
    dispatcher.save("x.mp3", SOUND.repeat(2, 6), 48000, compression=compression, backend="ffmpeg")
    data = bytearray(pathlib.Path("x.mp3").read_bytes())
    start = data.find(b"\xff\xfb", data.find(b"Info"))
    for place in range(start, len(data) - 3, 960):
        data[place + 2] &= 0x0F
    return bytes(data[start:])


@pytest.mark.parametrize("tagged", [False, True])
@pytest.mark.parametrize("as_object", [False, True])
def test_free_format_mp3_is_not_said_to_hold_no_sound(tagged: bool, as_object: bool) -> None:
    """FFmpeg does not decode it; who does is named, and does."""
    data = (b"ID3\4\0\0\0\0\0\x0a" + bytes(10) if tagged else b"") + _free_format()
    put({"free.mp3": data})
    place: Any = io.BytesIO(data) if as_object else "free.mp3"
    for call in (dispatcher.load, dispatcher.info):
        with pytest.raises(NoAudioStreamError, match=r"free format.*use backend='soundfile' or 'sox'"):
            call(place, backend="ffmpeg")
        if as_object:
            place.seek(0)
    assert dispatcher.load(place, backend="soundfile")[0].shape[1] > 40000


def test_what_is_called_mp3_and_is_none_is_told_apart() -> None:
    """FFmpeg goes by the extension alone there, and finds nothing."""
    put({"x.mp3": bytes(4000)})
    _check_says("x.mp3", dispatcher.load, "x.mp3", backend="ffmpeg")
    for place in ("x.mp3", io.BytesIO(b"\xff\xfb\x90\0" + bytes(4000))):
        _check_says("it seems to be mp3, but no frame", dispatcher.load, place, backend="soundfile")


_WRONG = {
    "missing.wav": (None, r"there is no such file\.$"),
    "file:///missing.wav": (None, "there is no such file; .* leave out file://"),
    "folder.wav": (None, r"it is a folder\.$"),
    "empty.wav": (b"", "it is empty"),
    "noise.wav": (bytes(range(1, 256)) * 9, r"`python -m compat\.doctor FILE` tells"),
    "s3://bucket/x.wav": (None, "it is an address, and no file. Download it, or pass a file object"),
    "https://localhost/x.wav": (None, "cannot be reached|it is an address, and no file.*backend='ffmpeg'"),
}


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", _WRONG)
def test_what_cannot_be_read_has_its_cause(name: str, backend: str) -> None:
    """A library says of all of these that it is a system error, or no format that it knows."""
    content, says = _WRONG[name]
    if name.startswith("folder"):
        os.mkdir(name)
    elif content is not None:
        pathlib.Path(name).write_bytes(content)
    for call in (dispatcher.load, dispatcher.info):
        with pytest.raises(RuntimeError, match=says) as caught:
            call(name, backend=backend)
        assert f"{name!r} with the {backend} backend" in str(caught.value)
        assert ("reads more formats" in str(caught.value)) == (name == "noise.wav" and backend != "ffmpeg")


@pytest.mark.parametrize("backend", ["ffmpeg", "soundfile"])
def test_an_object_that_stands_at_its_end_is_to_be_sought(backend: str) -> None:
    held = io.BytesIO(WAV)
    held.seek(0, io.SEEK_END)
    with pytest.raises(RuntimeError, match=r"<BytesIO>.*`seek\(0\)` first"):
        dispatcher.load(held, backend=backend)
    held.seek(0)
    assert dispatcher.load(held, backend=backend)[0].shape == (1, 8000)
