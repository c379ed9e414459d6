"""Servers that behave badly, and where they may send us: bounded waits, errors that say what happened, and nothing of this machine."""

import contextlib
import gc
import io
import re
import socket
import time
import warnings
from collections.abc import Iterator
from typing import Any

import av
import pytest
import torch

import compat
from compat import releases
from dispatcher.errors import AudioError, BackendError
from dispatcher.notices import DamagedInputWarning
from dispatcher.reading import web as reading
from dispatcher.settings import Settings
from tests import streaming
from tests.conftest import ASSETS
from tests.reliability import planted, server, watch
from tests.tables import table

_SLACK = 60  # of a busy machine; without a bound it would be for ever
_TIMEOUT = 0.5
_PARTS = [(0, -1), (200_000, 3000)]


@pytest.fixture
def torchaudio() -> Any:
    return compat.standin("2.2", network_timeout=_TIMEOUT)


@pytest.fixture
def other() -> Iterator[server.Server]:
    with server.Server() as running:
        yield running


# with options FFmpeg asks the server itself, and has errors of its own
@pytest.mark.parametrize("way", [way for way in server.WAYS if "options" not in way])
@pytest.mark.parametrize(
    ("behaviour", "says"),
    {
        "silent": r"did not answer within 0\.5 s \(the flag network_timeout\)",
        "stalls": r"sent nothing for 0\.5 s \(the flag network_timeout\)",
        "garbage": "does not answer as HTTP servers do",
        "garbage_body": "Invalid data",
        "missing": "404 Not Found",
        "redirects_for_ever": "redirects more than 8 times",
        "redirects_to_a_file": "file:.*is not http or https",
    }.items(),
)
def test_a_bad_server_costs_bounded_time(behaviour: str, says: str, way: str, web: server.Server) -> None:
    url, began = web.url(f"{behaviour}.wav"), time.monotonic()
    with pytest.raises(RuntimeError, match=says) as caught:
        server.WAYS[way](url, network_timeout=_TIMEOUT)
    assert time.monotonic() - began < _TIMEOUT + _SLACK
    assert url in str(caught.value)
    with warnings.catch_warnings(action="error", category=ResourceWarning):
        del caught
        gc.collect()  # a connection left open would tell of itself


@table("name, option", {
    "where FFmpeg asks the server": ("stalls.wav", {"user_agent": "x"}),
    "of a part of a list, which FFmpeg calls invalid or leaves out": ("list.m3u8", None),
})  # fmt: skip
def test_a_silence_that_ffmpeg_meets_is_told_of(
    name: str, option: dict[str, str] | None, web: server.Server, torchaudio: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nstalling.ts\n#EXT-X-ENDLIST\n"
    monkeypatch.setitem(server.BEHAVIOUR, "list", server.sends(body))
    data = streaming.saved(torch.rand(1, 16000), 16000, "mpegts", "ffmpeg")
    monkeypatch.setitem(server.BEHAVIOUR, "stalling", server.slowly(data, 3000))
    with pytest.raises(RuntimeError, match="network_timeout"):
        streaming.sound(torchaudio.io.StreamReader(web.url(name), option=option))


@pytest.mark.parametrize("way", ["load", "2.9", "StreamReader with options"])
def test_the_time_is_that_of_each_wait(way: str, web: server.Server) -> None:
    """A slow server takes several times as long for the whole, and is read to its end."""
    began = time.monotonic()
    assert server.WAYS[way](web.url("drips.wav"), network_timeout=_TIMEOUT) == server.WAYS[way](web.url("stereo_s16.wav"))
    assert time.monotonic() - began > 1


@table("way, behaviour, words, came", {
    "2.2": ("load", "cuts", "only 1989 frames", (2, 1989)),
    "2.9, where torchaudio passed the call to TorchCodec": ("2.9", "cuts", "only 1989 frames", (2, 1989)),
    "a reader of streams": ("StreamReader", "cuts", "only a part", 1989),
    "a length that is too long": ("load", "lies_long", "only 4000 frames", (2, 4000)),
})  # fmt: skip
def test_what_came_before_a_cut_is_read_with_a_warning(way: str, behaviour: str, words: str, came: Any, web: server.Server) -> None:
    """As the releases did, but for the warning."""
    url = web.url(f"{behaviour}.wav")
    with pytest.warns(DamagedInputWarning, match=f"{words} of '{re.escape(url)}' could be decoded: the (server|connection)"):
        assert server.WAYS[way](url, network_timeout=_TIMEOUT) == came


@pytest.mark.parametrize("span", _PARTS)
@pytest.mark.parametrize("what", server.CHANGES)
def test_parts_of_two_files_are_not_mixed(what: str, span: tuple[int, int], web: server.Server, torchaudio: Any) -> None:
    """Servers behind one address may differ in their tags: then the date decides."""
    expected = torchaudio.load(io.BytesIO(server.PARTS), *span)[0]
    refused = 0
    for at in range(2, 6):
        try:
            found = torchaudio.load(web.url(f"changes.{what}.{at}.{span[0]}.wav"), *span)[0]
        except RuntimeError as why:
            refused += "changed on the server" in str(why) or "another part" in str(why)
        else:
            assert torch.equal(found, expected), at
    assert bool(refused) == (what != "nothing")


@pytest.mark.parametrize("span", _PARTS)
@pytest.mark.parametrize("total", [len(server.PARTS), "*"])
def test_a_server_may_give_less_than_was_asked_for(total: Any, span: tuple[int, int], web: server.Server, torchaudio: Any) -> None:
    """Then it is asked for the next part; without the length too."""
    expected = torchaudio.load(io.BytesIO(server.PARTS), *span)[0]
    with warnings.catch_warnings(action="error"):
        assert torch.equal(torchaudio.load(web.url(f"short_parts.{total}.wav"), *span)[0], expected)


def test_a_length_that_is_too_short_does_no_harm(web: server.Server, torchaudio: Any) -> None:
    """What FFmpeg had taken in by then is read."""
    channels, frames = torchaudio.load(web.url("lies_short.wav"))[0].shape
    assert channels == 2
    assert 0 < frames <= 4000


def test_the_default_is_half_a_minute() -> None:
    assert {release.network_timeout for release in releases.presets().values()} == {30.0}


@pytest.mark.parametrize(
    ("path", "frames"), [("stereo_s16.wav", 4000), ("long.mp3", 48000), ("stereo_16.flac", 4000), ("redirects.wav", 4000)]
)
def test_an_address_plays(path: str, frames: int, web: server.Server) -> None:
    """Also where the server sends on to another address of its own kind."""
    assert server.WAYS["StreamReader"](web.url(path)) == frames
    assert web.asked[0] == f"/{path}"


def test_a_list_of_addresses_plays(monkeypatch: pytest.MonkeyPatch, web: server.Server) -> None:
    """Where the address says by its ending that it is one, as live streams are given."""
    text = b"#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\nlong.mp3\n#EXT-X-ENDLIST\n"
    monkeypatch.setitem(server.BEHAVIOUR, "listed", server.sends(text))
    with av.open(web.url("listed.m3u8")) as container:
        bare = sum(frame.samples for frame in container.decode(audio=0))
    web.asked.clear()
    assert server.WAYS["StreamReader"](web.url("listed.m3u8")) == bare > 40000
    assert "/long.mp3" in web.asked


def test_a_list_of_addresses_names_no_file(canary: watch.Watch, monkeypatch: pytest.MonkeyPatch, web: server.Server) -> None:
    text = planted.PLAYLISTS["hls"].format(target=f"file://{canary.path}").encode()
    monkeypatch.setitem(server.BEHAVIOUR, "listed", server.sends(text))
    with pytest.raises(RuntimeError):
        server.WAYS["StreamReader"](web.url("listed.m3u8"))
    assert "/listed.m3u8" in web.asked


@pytest.mark.parametrize("name", ["stereo_s16.wav", "stereo.m4a", "stereo_cbr.mp3", "stereo_16.flac", "stereo.vorbis.ogg"])
def test_a_server_of_parts_is_gone_about_in(name: str, web: server.Server, torchaudio: Any) -> None:
    """And gives what the file gives, piece by piece as well; an index at the end is found."""
    path, url = str(ASSETS / name), web.url(f"ranges.{name}?a=b c")
    for piece in ((0, -1), (1000, 500)):
        assert torchaudio.load(url, *piece)[0].equal(torchaudio.load(path, *piece, backend="ffmpeg")[0])
    assert vars(torchaudio.info(url)) == vars(torchaudio.info(path))
    reader = torchaudio.io.StreamReader(url)
    reader.add_basic_audio_stream(1000)
    if not name.endswith(".flac"):  # FFmpeg does not seek in one so short, by path either
        reader.seek(0.05)
    assert sum(len(chunk) for (chunk,) in reader.stream()) > 1000


@pytest.mark.parametrize(
    "url", ["http://", "http://:80/", "http://a:b/", "http://127.0.0.1:1/x.wav", "http://[::1", "http://\u2603.invalid/", "http://a b/"]
)
def test_an_address_that_cannot_be_asked_is_an_error_of_ours(url: str) -> None:
    with pytest.raises(AudioError, match="http"):
        compat.standin("2.2", network_timeout=5).load(url)


@pytest.mark.parametrize("way", server.WAYS)
def test_another_port_is_not_asked_by_default(way: str, web: server.Server, other: server.Server) -> None:
    """Not even for the beginning of the file; the flag that the error names widens it."""
    url = web.url(f"elsewhere.{other.server_port}.wav")
    with pytest.raises(RuntimeError, match=rf"127\.0\.0\.1:{other.server_port}.*is not on 127\.0\.0\.1.*follow_redirects.*any host"):
        server.WAYS[way](url)
    assert not other.asked
    assert server.WAYS[way](url, follow_redirects="any host")
    assert other.asked


@pytest.mark.parametrize("way", server.WAYS)
def test_the_same_host_is_followed_unless_none_is(way: str, web: server.Server) -> None:
    assert server.WAYS[way](web.url("redirects.wav"))
    before = len(web.asked)
    with pytest.raises(RuntimeError, match=r"no redirect is followed.*same host"):
        server.WAYS[way](web.url("redirects.wav"), follow_redirects="never")
    assert web.asked[before:] == ["/redirects.wav"] * (len(web.asked) - before)


def test_a_public_server_that_sends_home_is_stopped(monkeypatch: pytest.MonkeyPatch, web: server.Server, other: server.Server) -> None:
    """The whole way, with the widest flag: the first server is taken for a public one."""
    monkeypatch.setattr(reading, "_is_public", lambda _: True)
    with pytest.raises(RuntimeError, match="no flag allows that"):
        compat.standin("2.2", follow_redirects="any host").load(web.url(f"elsewhere.{other.server_port}.wav"))
    assert web.asked
    assert not other.asked


@pytest.mark.parametrize(
    ("first", "to", "allowed_by"),
    [
        # the name and the port, or https in place of http at their own ports
        ("http://a.example/x", "http://a.example/y", "same host"),
        ("http://a.example/x", "http://A.EXAMPLE:80/y", "same host"),
        ("http://a.example/x", "https://a.example/y", "same host"),
        ("http://[::1]/x", "http://[::1]:80/y", "same host"),
        ("https://a.example/x", "http://a.example/y", "any host"),
        ("http://a.example:8000/x", "https://a.example/y", "any host"),
        ("http://a.example/x", "http://a.example:8080/y", "any host"),
        ("http://a.example/x", "http://b.a.example/y", "any host"),
        ("http://a.example/x", "http://a.example.b/y", "any host"),
        ("http://a.example/x", "http://a.example@b.example/y", "any host"),
        ("http://127.0.0.1/x", "http://2130706433/y", "any host"),
        # no flag leads to another protocol
        *(
            ("http://a.example/x", url, "")
            for url in (
                "file:///etc/passwd",
                "ftp://a.example/x",
                "data:audio/wav;base64,",
                "concat:a|b",
                "tcp://a.example:1",
                "x:y",
                "http://",
            )
        ),
    ],
)
@pytest.mark.parametrize("flag", ["same host", "any host"])
def test_where_a_redirect_may_lead(first: str, to: str, allowed_by: str, flag: str) -> None:
    """``allowed_by``: the narrowest flag that allows it, if one does."""
    is_allowed = allowed_by in ("same host", flag)
    with contextlib.nullcontext() if is_allowed else pytest.raises(BackendError):
        reading._checked(reading._parsed(first), to, Settings(follow_redirects=flag))


_OF_THIS_MACHINE = (
    "127.0.0.1", "127.8.9.1", "169.254.169.254", "169.254.0.1", "::1", "fe80::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "0.0.0.0", "::",
    "fd00:ec2::254", "100.100.100.200", "fe80::1%eth0",
)  # fmt: skip


@pytest.mark.parametrize("address", [*_OF_THIS_MACHINE, "8.8.8.8", "2606:4700::1111", "10.1.2.3"])
def test_a_public_server_leads_to_none_of_this_machine(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever name it gives for it; to others it does, a network of one's own included, where the flag has widened it."""
    asked: list[Any] = []
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(2, 1, 6, "", (address, 80))])
    monkeypatch.setattr(socket, "create_connection", lambda where, _: asked.append(where))
    is_refused = address in _OF_THIS_MACHINE
    with pytest.raises(BackendError, match="no flag allows that") if is_refused else contextlib.nullcontext():
        reading._connected("innocent.example", 80, 1, from_public=True)
    assert asked == ([] if is_refused else [(address, 80)])


@pytest.mark.parametrize(("address", "public"), [("8.8.8.8", True), ("10.0.0.1", False), ("127.0.0.1", False), ("::ffff:127.0.0.1", False)])
def test_what_is_public(address: str, public: bool) -> None:
    """Of which a redirect to this machine is looked at."""
    assert reading._is_public(address) == public
