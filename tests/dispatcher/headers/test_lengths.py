"""What headers promise, and those that promise nothing."""

import io
import pathlib

import numpy as np
import pytest
import soundfile

from dispatcher.headers import registry
from dispatcher.reading.opened import look


@pytest.mark.parametrize(
    ("format", "endian"),
    [
        ("WAV", "LITTLE"),
        ("WAV", "BIG"),
        ("RF64", "FILE"),
        ("W64", "FILE"),
        ("AIFF", "FILE"),
        ("AU", "FILE"),
        ("CAF", "FILE"),
        ("FLAC", "FILE"),
    ],
)
@pytest.mark.parametrize("channels", [1, 2])
def test_a_header_promises_frames_and_channels(format: str, endian: str, channels: int) -> None:
    """By path and by file object, which is left where it stood."""
    soundfile.write("sound", np.zeros((1234, channels), "int16"), 8000, format=format, subtype="PCM_16", endian=endian)
    told = look("sound", registry.length)
    assert told is not None
    assert told[:2] == (1234, channels)
    file = io.BytesIO(pathlib.Path("sound").read_bytes())
    assert look(file, registry.length) == told
    assert file.tell() == 0


def _aiff(*chunks: bytes) -> bytes:
    return b"FORM\0\0\0\0AIFF" + b"".join(chunks)


COMM = b"COMM" + (18).to_bytes(4, "big") + (2).to_bytes(2, "big") + (77).to_bytes(4, "big") + (16).to_bytes(2, "big") + bytes(10)


@pytest.mark.parametrize(
    ("data", "frames"),
    [
        pytest.param(_aiff(b"NAME\0\0\0\3abc\0", COMM), 77, id="AIFF, COMM after a chunk of odd size"),
        pytest.param(_aiff(b"NAME\0\0\0\4abcd"), None, id="AIFF without COMM"),
        pytest.param(b"FORM\0\0\0\0ILBM" + COMM, None, id="FORM of a picture"),
        pytest.param(b"RIFX\0\0\0\0OTHR" + bytes(40), None, id="RIFX that is no WAVE"),
        pytest.param(
            b"riff" + bytes(36) + b"junk" + bytes(12) + (5).to_bytes(8, "little") + bytes(8),
            None,
            id="W64, a chunk smaller than its header",
        ),
        pytest.param(b"riff" + bytes(36) + b"junk" + bytes(12) + (24).to_bytes(8, "little"), None, id="W64 without data"),
        pytest.param(b"caff\0\1\0\0" + b"free" + (4).to_bytes(8, "big") + bytes(4), None, id="CAF without data"),
        pytest.param(b"fLaC", None, id="FLAC of its magic alone"),
        pytest.param(b"ID3\3\0\0\0\0\0\0\xff", None, id="MP3 that ends in its first frame"),
        pytest.param(b"ID3\3\0\0\0\0\0\0\xff\xeb\x90\0" + bytes(200), None, id="MP3 of a version that does not exist"),
        pytest.param(b"", None, id="nothing"),
        pytest.param(b"plain text", None, id="no sound"),
    ],
)
def test_odd_headers(data: bytes, frames: int | None) -> None:
    found = look(io.BytesIO(data), registry.length)
    assert (found.frames if found else None) == frames
