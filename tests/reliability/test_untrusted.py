"""A file, however it is named, opens nothing but itself: a canary file and a server stay untouched."""

import contextlib
import io
import itertools
import pathlib
from typing import Any

import pytest

import compat
import dispatcher
from dispatcher.settings import Settings
from dispatcher.streams.reader import StreamReader
from tests import streaming
from tests.codemod.commands import put
from tests.conftest import ASSETS
from tests.reliability import planted, server, watch


def _read_in_all_ways(place: pathlib.Path, old: Any) -> None:
    """By path and file object, through every backend per call and every global one.

    RuntimeError, or the sound of the file's own bytes: libsox takes any bytes for samples under some extensions.
    """
    named = io.BytesIO(place.read_bytes())
    named.name = place.name
    for backend in dispatcher.list_audio_backends():
        for call, source in itertools.product((dispatcher.load, dispatcher.info), (str(place), named)[: 1 + (backend != "sox")]):
            named.seek(0)
            with contextlib.suppress(RuntimeError):
                assert call(source, backend=backend) is not None
    for backend in old.list_audio_backends():
        old.set_audio_backend(backend)
        for source in (str(place), io.BytesIO(place.read_bytes())):
            with contextlib.suppress(RuntimeError):
                assert old.load(source) is not None


@pytest.mark.parametrize("kind", planted.PLAYLISTS)
def test_a_planted_playlist_opens_nothing(kind: str, canary: watch.Watch, web: server.Server, tmp_path: pathlib.Path) -> None:
    """Under any name, as a path and as a file object, through every backend and both of the global ones."""
    old = compat.standin("2.0")
    for target in (
        str(canary.path),
        canary.path.name,
        f"file://{canary.path}",
        web.url("canary.wav"),
        f"subfile,,start,0,end,9,,:{canary.path}",
        f"concat:{canary.path}",
    ):
        text = planted.PLAYLISTS[kind].format(target=target)
        for name in planted.NAMES:
            place = tmp_path / name
            place.write_text(text)
            _read_in_all_ways(place, old)
        for source, format in itertools.product((str(place), place, io.BytesIO(text.encode()), text.encode()), (None, "wav", "mp3", "mov")):
            with pytest.raises(RuntimeError):
                StreamReader(source, format=format)
    for hint in ("hls", "concat", "sdp", "dash", "imf", "lavfi", "image2", "webvtt", "vobsub", "data"):
        place.write_text(planted.PLAYLISTS[kind].format(target=str(canary.path)))
        with pytest.raises(RuntimeError):
            dispatcher.load(str(place), format=hint, backend="ffmpeg")
    assert not web.asked


def test_what_the_caller_names_opens_that(canary: watch.Watch) -> None:
    """``format="concat"`` follows a list of files, which is what it is for."""
    listed = canary.path.with_name("list.txt")
    listed.write_text("ffconcat version 1.0\n" + 2 * f"file {canary.path.name}\n")
    assert len(streaming.sound(StreamReader(str(listed), format="concat"))) == 4000
    assert canary.opened()


def test_a_path_is_no_protocol_and_no_command(canary: watch.Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of these would make a library read something else, or run it; a reader of streams may wait for rtp."""
    monkeypatch.setattr(StreamReader, "settings", Settings(network_timeout=0.5))
    for name in [*(f"{prefix}{canary.path}" for prefix in planted.PREFIXES), f"concat:{canary.path}|{canary.path}"]:
        for backend in dispatcher.list_audio_backends():
            with pytest.raises(RuntimeError):
                dispatcher.load(name, backend=backend)
        with pytest.raises(RuntimeError):
            StreamReader(name)


@pytest.mark.parametrize("relative", [False, True])
@pytest.mark.parametrize("kind", ["url", "alis"])
def test_an_mp4_that_refers_to_another_file_opens_nothing(kind: str, relative: bool, tmp_path: pathlib.Path) -> None:
    """By path and file object; some give the sound that is in it all the same."""
    other, place = tmp_path / "other.m4a", tmp_path / "x.m4a"
    other.write_bytes((ASSETS / "stereo.m4a").read_bytes())
    place.write_bytes(planted.referring(other.read_bytes(), kind, other.name if relative else str(other)))
    with watch.watching(other):
        _read_in_all_ways(place, compat.standin("2.0"))


def test_libsndfile_looks_for_no_resource_fork() -> None:
    """Beside a file whose beginning it does not know."""
    put(dict.fromkeys(("._x.wav", "x.wav"), b"nothing of a known kind " * 50))
    with watch.watching(pathlib.Path("._x.wav")), pytest.raises(RuntimeError):
        dispatcher.load("x.wav", backend="soundfile")


def test_a_flag_opens_a_demuxer_by_its_name(canary: watch.Watch, tmp_path: pathlib.Path) -> None:
    place = tmp_path / "x.wav"
    place.write_text(planted.PLAYLISTS["concat"].format(target=canary.path.name))
    wide = compat.standin("2.2", also_open=["concat"])
    assert wide.load(str(place))[0].shape == (1, 2000)
    assert canary.opened()
    place.write_text(planted.PLAYLISTS["hls"].format(target=canary.path.name))
    with pytest.raises(RuntimeError):
        wide.load(str(place))
