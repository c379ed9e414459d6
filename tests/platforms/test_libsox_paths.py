"""libsox opens files by the C library, which on Windows takes names in the machine's code page."""

import codecs
import sys
from collections.abc import Iterator

import pytest

from dispatcher.backends.sox import paths
from dispatcher.errors import BackendError


@pytest.fixture
def western(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A Windows of code page 1252."""
    if sys.platform == "win32":
        pytest.skip("it is a real one")

    def find(name: str) -> codecs.CodecInfo | None:
        return codecs.lookup("cp1252") if name == "mbcs" else None

    codecs.register(find)
    monkeypatch.setattr(sys, "platform", "win32")
    yield
    codecs.unregister(find)


@pytest.mark.usefixtures("western")
def test_a_path_is_given_in_the_code_page() -> None:
    """And comes back from there; a letter that it has not is refused, and the way out told."""
    assert paths.for_libsox("C:\\Müller\\a.wav") == b"C:\\M\xfcller\\a.wav"
    assert paths.of_libsox(b"C:\\M\xfcller\\a.wav") == "C:\\Müller\\a.wav"
    with pytest.raises(BackendError, match=r"'音声'.*backend=\"ffmpeg\""):
        paths.for_libsox("C:\\音声.wav")


def test_elsewhere_it_is_as_python_has_it() -> None:
    assert paths.for_libsox("/音声\udcff.wav") == "/音声".encode() + b"\xff.wav"
