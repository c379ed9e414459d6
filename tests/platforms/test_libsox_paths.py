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
    assert paths.for_libsox("C:\\Müller\\a.wav") == b"C:\\M\xfcller\\a.wav"


@pytest.mark.usefixtures("western")
def test_a_letter_that_it_has_not_is_refused_and_the_way_out_told() -> None:
    with pytest.raises(BackendError, match=r"'音声'.*backend=\"ffmpeg\""):
        paths.for_libsox("C:\\音声.wav")


@pytest.mark.usefixtures("western")
def test_what_libsox_tells_of_it_is_the_same_path() -> None:
    assert paths.of_libsox(paths.for_libsox("C:\\Müller.wav")) == "C:\\Müller.wav"


def test_elsewhere_it_is_as_python_has_it() -> None:
    assert paths.for_libsox("/音声\udcff.wav") == "/音声".encode() + b"\xff.wav"
