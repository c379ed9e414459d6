"""What is kept from libsox."""

import os
import pathlib
import threading

import numpy as np
import pytest
import torch

import dispatcher
from dispatcher.backends.sox import encodings, files, library
from tests.conftest import ASSETS
from tests.tables import table

pytestmark = pytest.mark.libsox
_COMM = (0).to_bytes(2, "big") + bytes(20)
_ADPCM = b"fmt " + (20).to_bytes(4, "little") + bytes.fromhex("0200 0200 401f0000 80bb0000 0004 0400 0200 ffff")
HARMFUL = {
    "sphere of a negative length": ("x.sph", b"NIST_1A\n   -5\n" + b"a b c\n" * 50),
    "sphere of 373 GiB": ("x.sph", b"NIST_1A\n   1024\nsample_count -i 99999999999\nend_head\n".ljust(1024)),
    "sphere without an end": ("x.sph", b"NIST_1A\n   1024\nsample_count -i 10\n".ljust(1024, b"a") + bytes(100)),
    "sphere with no channels": ("x.sph", b"NIST_1A\n   1024\nchannel_count -i 0\nend_head\n".ljust(1024) + bytes(100)),
    "sphere with a NUL": ("x.sph", b"NIST_1A\n   1024\nname -s3 a\0b\nend_head\n".ljust(1024) + bytes(100)),
    "aiff chunk": ("x.aiff", b"FORM\0\0\6\x8eAIFCCOMM\xff\xff\xff\xfe" + bytes(100)),
    "aiff without channels": ("x.aiff", b"FORM\0\0\6\x8eAIFFCOMM\0\0\0\x16" + _COMM + bytes(100)),
    "8svx annotation": ("x.8svx", b"FORM\0\0\3\x7c8SVXANNO\xff\xfe\0\x20" + bytes(100)),
    "wave without channels": ("x.wav", b"RIFF\xff\0\0\0WAVEfmt \x10\0\0\0\1\0\0\0" + bytes(100)),
    "wave chunk": ("x.wav", b"RIFF\xff\0\0\0WAVELIST\xff\xff\xff\x7f" + bytes(100)),
    "wave adpcm": ("x.wav", b"RIFF\xff\0\0\0WAVE" + _ADPCM + b"data\0\1\0\0" + bytes(256)),
    "au annotation": ("x.snd", b".snd\x40\0\0\x1c\0\0\x0c\x80" + bytes(100)),
    "flac block": ("x.flac", b"fLaC\0\xff\xff\xff" + bytes(100)),
    "amr frame": ("x.amr-nb", b"#!AMR\n\x48" + bytes(100)),
    "txw": ("x.wav", b"LM8953" + bytes(6)),
    "ring tone": ("x.gsrt", bytes(512)),
    "device": ("x.alsa", bytes(100)),
    "silence without an end": ("x.null", b""),
}


@table("name, data", HARMFUL)
def test_libsox_is_not_given_what_it_does_not_survive(name: str, data: bytes) -> None:
    """The error says what is wrong; no call reaches libsox."""
    pathlib.Path(name).write_bytes(data)
    for call in (dispatcher.info, dispatcher.load):
        with pytest.raises(RuntimeError, match=r"SPHERE|header|chunk|claims|block|AMR|closed|begins"):
            call(name, backend="sox")


def test_a_path_is_no_command() -> None:
    """libsox itself would run what follows a bar, and fetch a URL."""
    for path in ("|touch canary; cat x.wav", "http://127.0.0.1:9/x.wav", "-"):
        with pytest.raises(RuntimeError, match=r"no such file|it is an address"):
            dispatcher.load(path, backend="sox")
        with pytest.raises(RuntimeError):
            dispatcher.save(f"{path}.wav/x.wav", torch.zeros(1, 10), 8000, backend="sox")
    assert not os.listdir()
    data = (ASSETS / "mono_s16.wav").read_bytes()
    for name in ("|cat", "-", "a:b"):
        pathlib.Path(name).write_bytes(data)
        assert dispatcher.load(name, backend="sox")[0].shape == (1, 2000)


def test_a_pipe_is_looked_at_first() -> None:
    data = (ASSETS / "stereo_s16.wav").read_bytes()
    os.mkfifo("x.wav")
    for content, good in ((data, True), (HARMFUL["wave adpcm"][1], False)):
        writer = threading.Thread(target=pathlib.Path("x.wav").write_bytes, args=(content,))
        writer.start()
        if good:
            assert torch.equal(
                dispatcher.load("x.wav", backend="sox")[0], dispatcher.load(str(ASSETS / "stereo_s16.wav"), backend="sox")[0]
            )
        else:
            with pytest.raises(RuntimeError, match="ADPCM"):
                dispatcher.load("x.wav", backend="sox")
        writer.join(10)


def test_a_closed_type_opens_by_name() -> None:
    """The caller who names it has decided."""
    samples = np.zeros((100, 1), np.int32)
    files.write(library.load(), "x.gsrt", samples, 8000.0, 8, encodings.Encoding(0, 0), None, "gsrt")
    with pytest.raises(RuntimeError, match="format='gsrt'"):
        dispatcher.load("x.gsrt", backend="sox")
    assert dispatcher.load("x.gsrt", format="gsrt", backend="sox")[0].shape == (1, 100)


def test_a_header_that_promises_too_much_takes_no_memory() -> None:
    """What is there is read; a wav header may say anything."""
    data = bytearray((ASSETS / "stereo_s16.wav").read_bytes())
    data[4:8] = data[40:44] = b"\xff\xff\xff\x7f"
    pathlib.Path("x.wav").write_bytes(data)
    for backend in dispatcher.list_audio_backends():
        assert dispatcher.load("x.wav", backend=backend)[0].shape == (2, 4000)
