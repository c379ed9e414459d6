"""Where a server may send us: by default to its own host, never from outside to this machine; and that each wait alone is bounded."""

import contextlib
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest

import compat
from dispatcher.errors import AudioError, BackendError
from dispatcher.reading import web as reading
from dispatcher.settings import Settings
from tests.conftest import ASSETS
from tests.reliability import server


@pytest.fixture
def two() -> Iterator[tuple[server.Server, server.Server]]:
    """Two servers, on two ports of this machine; the first one sends to the second."""
    with server.running() as first, server.running() as second:
        server.BEHAVIOUR["elsewhere"] = lambda handler: handler.begin(0, 302, Location=second.url("stereo_s16.wav"))
        yield first, second
        del server.BEHAVIOUR["elsewhere"]


@pytest.mark.parametrize("way", server.WAYS)
def test_another_port_is_not_asked_by_default(way: str, two: tuple[server.Server, server.Server]) -> None:
    """Not even for the beginning of the file; the flag that the error names widens it."""
    first, second = two
    with pytest.raises(RuntimeError, match=rf"127\.0\.0\.1:{second.server_port}.*is not on 127\.0\.0\.1.*follow_redirects.*any host"):
        server.WAYS[way](first.url("elsewhere.wav"))
    assert not second.asked
    assert server.WAYS[way](first.url("elsewhere.wav"), follow_redirects="any host")
    assert second.asked


@pytest.mark.parametrize("way", server.WAYS)
def test_the_same_host_is_followed_unless_none_is(way: str, web: server.Server) -> None:
    """By default; the flag can forbid it."""
    assert server.WAYS[way](web.url("redirects.wav"))
    before = len(web.asked)
    with pytest.raises(RuntimeError, match=r"no redirect is followed.*same host"):
        server.WAYS[way](web.url("redirects.wav"), follow_redirects="never")
    assert web.asked[before:] == ["/redirects.wav"] * (len(web.asked) - before)


@pytest.mark.parametrize(
    ("first", "other", "ours"),
    [
        ("http://a.example/x", "http://a.example/y", True),
        ("http://a.example/x", "http://A.EXAMPLE:80/y", True),
        ("http://a.example/x", "https://a.example/y", True),
        ("https://a.example/x", "http://a.example/y", False),
        ("http://a.example:8000/x", "https://a.example/y", False),
        ("http://a.example/x", "http://a.example:8080/y", False),
        ("http://a.example/x", "http://b.a.example/y", False),
        ("http://a.example/x", "http://a.example.b/y", False),
        ("http://a.example/x", "http://a.example@b.example/y", False),
        ("http://127.0.0.1/x", "http://2130706433/y", False),
        ("http://[::1]/x", "http://[::1]:80/y", True),
    ],
)
def test_what_counts_as_the_same_host(first: str, other: str, ours: bool) -> None:
    """The name and the port, or https in place of http at their own ports."""
    try:
        reading._checked(reading._parsed(first), other, Settings())
        found = True
    except BackendError:
        found = False
    assert found == ours
    reading._checked(reading._parsed(first), other, Settings(follow_redirects="any host"))


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://a.example/x", "data:audio/wav;base64,", "concat:a|b", "tcp://a.example:1", "x:y", "http://"]
)
def test_no_flag_leads_to_another_protocol(url: str) -> None:
    with pytest.raises(BackendError):
        reading._checked(reading._parsed("http://a.example/x"), url, Settings(follow_redirects="any host"))


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


def test_a_public_server_that_sends_home_is_stopped(monkeypatch: pytest.MonkeyPatch, two: tuple[server.Server, server.Server]) -> None:
    """The whole way, with the widest flag: the first server is taken for a public one."""
    first, second = two
    monkeypatch.setattr(reading, "_is_public", lambda _: True)
    with pytest.raises(RuntimeError, match="no flag allows that"):
        compat.standin("2.2", follow_redirects="any host").load(first.url("elsewhere.wav"))
    assert first.asked
    assert not second.asked


@pytest.mark.parametrize("name", ["stereo_s16.wav", "stereo.m4a", "stereo_cbr.mp3", "stereo_16.flac", "stereo.vorbis.ogg"])
def test_a_server_of_parts_is_gone_about_in(name: str, web: server.Server) -> None:
    """And gives what the file gives, piece by piece as well; an index at the end is found."""
    path, url = str(ASSETS / name), web.url(f"ranges.{name}?a=b c")
    torchaudio: Any = compat.standin("2.2")
    for piece in ((0, -1), (1000, 500)):
        assert torchaudio.load(url, *piece)[0].equal(torchaudio.load(path, *piece, backend="ffmpeg")[0])
    assert vars(torchaudio.info(url)) == vars(torchaudio.info(path))
    reader = torchaudio.io.StreamReader(url)
    reader.add_basic_audio_stream(1000)
    if not name.endswith(".flac"):  # FFmpeg does not seek in one so short, by path either
        reader.seek(0.05)
    assert sum(len(chunk) for (chunk,) in reader.stream()) > 1000


@pytest.mark.parametrize("release", ["2.2", "2.9"])
def test_the_time_is_that_of_each_wait(release: str, web: server.Server) -> None:
    """A slow server takes several times as long for the whole, and is read to its end."""
    began = time.monotonic()
    assert compat.standin(release, network_timeout=0.5).load(web.url("drips.wav"))[0].shape == (2, 4000)
    assert time.monotonic() - began > 1


@pytest.mark.parametrize(
    "url", ["http://", "http://:80/", "http://a:b/", "http://127.0.0.1:1/x.wav", "http://[::1", "http://\u2603.invalid/", "http://a b/"]
)
def test_an_address_that_cannot_be_asked_is_an_error_of_ours(url: str) -> None:
    with pytest.raises(AudioError, match="http"):
        compat.standin("2.2", network_timeout=5).load(url)
