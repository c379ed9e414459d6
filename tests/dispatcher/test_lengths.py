"""What headers promise, and that ``info`` counts what ``load`` gives under the flag exact_num_frames."""

import io
import pathlib
import struct

import numpy as np
import pytest
import soundfile

import compat
import dispatcher
from dispatcher.errors import AudioError
from dispatcher.headers import registry
from dispatcher.reading.opened import look
from tests.conftest import ASSETS, BACKENDS
from tests.outcomes import observed
from tests.tables import table

FRAMES = 30000
PCM = (np.sin(np.arange(FRAMES) * 0.1) * 9000).astype("<i2")


def _wav(size: int, tail: bytes = b"", kept: int = FRAMES) -> bytes:
    form = struct.pack("<HHIIHH", 1, 1, 16000, 32000, 2, 16)
    head = b"RIFF" + struct.pack("<I", min(size + 36, 0xFFFFFFFF)) + b"WAVEfmt " + struct.pack("<I", 16) + form
    return head + b"data" + struct.pack("<I", size) + PCM[:kept].tobytes() + tail


def _made(format: str, subtype: str, before: bytes = b"", after: bytes = b"", kept: float = 1.0) -> bytes:
    held = io.BytesIO()
    soundfile.write(held, PCM, 16000, format=format, subtype=subtype)
    data = held.getvalue()
    return before + data[: int(len(data) * kept)] + after


def _flac(total: int) -> bytes:
    data = bytearray(_made("FLAC", "PCM_16"))
    data[21] = data[21] & 0xF0 | total >> 32
    data[22:26] = (total & 0xFFFF_FFFF).to_bytes(4, "big")
    return bytes(data)


def _au(size: int) -> bytes:
    return b".snd" + struct.pack(">5I", 24, size, 3, 16000, 1) + PCM.astype(">i2").tobytes()


ID3 = b"ID3\4\0\0\0\0\0\x0a" + bytes(10)
FILES = {
    "a pipe of ffmpeg.wav": _wav(0xFFFFFFFF),
    "a pipe of sox.wav": _wav(0x7FFFF000),
    "zero.wav": _wav(0),
    "too long.wav": _wav(FRAMES * 2 + 5000),
    "cut.wav": _wav(FRAMES * 2, kept=20001),
    "an odd byte.wav": _wav(FRAMES * 2 + 1, b"\1"),
    "a pipe.au": _au(0xFFFFFFFF),
    "a cut.au": _au(FRAMES * 4),
    "unknown.flac": _flac(0),
    "too many.flac": _flac(FRAMES * 3),
    "too few.flac": _flac(FRAMES // 2),
    "tagged at both ends.mp3": _made("MP3", "MPEG_LAYER_III", ID3, b"TAG" + bytes(125)),
    "with a tail.mp3": _made("MP3", "MPEG_LAYER_III", after=ID3 * 40),
    "cut.mp3": _made("MP3", "MPEG_LAYER_III", kept=0.6),
    "cut.ogg": _made("OGG", "VORBIS", kept=0.6),
    "chained.ogg": _made("OGG", "VORBIS") * 2,
    "cut adpcm.wav": _made("WAV", "IMA_ADPCM", kept=0.9),
    "cut.w64": _made("W64", "PCM_16", kept=0.5),
    "cut.caf": _made("CAF", "ALAC_16", kept=0.7),
    "cut.aiff": _made("AIFF", "PCM_24", kept=0.7),
}


def _check(release: str, source: str | bytes, **named: str) -> None:
    """Check that ``info`` counts what ``load`` gives of a path or of a file object, or that both fail."""
    torchaudio = compat.standin(release, exact_num_frames=True)
    place, again = (io.BytesIO(source) if isinstance(source, bytes) else source for _ in range(2))
    given, told = observed(torchaudio.load, place, **named)[0], observed(torchaudio.info, again, **named)[0]
    if isinstance(given, AudioError):
        assert isinstance(told, AudioError)
    else:
        assert told.num_frames == given[0].shape[1]


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(
    ("release", "named"),
    [
        pytest.param("2.0", {}, id="2.0's sox_io, and FFmpeg behind it", marks=pytest.mark.libsox),
        pytest.param("2.2", {"backend": "sox"}, id="sox", marks=pytest.mark.libsox),
        pytest.param("2.2", {"backend": "ffmpeg"}, id="ffmpeg"),
        pytest.param("2.2", {"backend": "soundfile"}, id="soundfile"),
    ],
)
def test_info_counts_what_load_gives(release: str, named: dict[str, str], name: str) -> None:
    pathlib.Path(name).write_bytes(FILES[name])
    _check(release, name, **named)
    if named.get("backend") in ("ffmpeg", "soundfile"):
        _check(release, FILES[name], **named)


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_recorded_files_agree(backend: str) -> None:
    for path in sorted(ASSETS.iterdir()):
        _check("2.2", str(path), backend=backend)


@pytest.mark.libsox
def test_without_the_flag_a_header_is_believed_as_in_the_release() -> None:
    """libsox gave what stands there."""
    pathlib.Path("x.wav").write_bytes(FILES["a pipe of ffmpeg.wav"])
    assert dispatcher.info("x.wav", backend="sox").num_frames == 2**31 - 1


COMM = b"COMM" + (18).to_bytes(4, "big") + (2).to_bytes(2, "big") + (77).to_bytes(4, "big") + (16).to_bytes(2, "big") + bytes(10)


@table(
    "data, frames",
    {
        "AIFF, COMM after a chunk of odd size": (b"FORM\0\0\0\0AIFF" + b"NAME\0\0\0\3abc\0" + COMM, 77),
        "AIFF without COMM": (b"FORM\0\0\0\0AIFF" + b"NAME\0\0\0\4abcd", None),
        "FORM of a picture": (b"FORM\0\0\0\0ILBM" + COMM, None),
        "RIFX that is no WAVE": (b"RIFX\0\0\0\0OTHR" + bytes(40), None),
        "W64, a chunk smaller than its header": (
            b"riff" + bytes(36) + b"junk" + bytes(12) + (5).to_bytes(8, "little") + bytes(8),
            None,
        ),
        "W64 without data": (b"riff" + bytes(36) + b"junk" + bytes(12) + (24).to_bytes(8, "little"), None),
        "CAF without data": (b"caff\0\1\0\0" + b"free" + (4).to_bytes(8, "big") + bytes(4), None),
        "FLAC of its magic alone": (b"fLaC", None),
        "MP3 that ends in its first frame": (b"ID3\3\0\0\0\0\0\0\xff", None),
        "MP3 of a version that does not exist": (b"ID3\3\0\0\0\0\0\0\xff\xeb\x90\0" + bytes(200), None),
        "nothing": (b"", None),
        "no sound": (b"plain text", None),
    },
)
def test_odd_headers(data: bytes, frames: int | None) -> None:
    found = look(io.BytesIO(data), registry.length)
    assert (found.frames if found else None) == frames
