"""A file makes FFmpeg open nothing but itself."""

from __future__ import annotations

import http.server
import io
import pathlib
import threading
from collections.abc import Iterator

import pytest

import dispatcher
from tests.conftest import ASSETS


class _Server(http.server.ThreadingHTTPServer):
    asked: list[str]


class _Handler(http.server.BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        data = (ASSETS / pathlib.Path(self.path).name).read_bytes()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Be quiet."""


@pytest.fixture
def server() -> Iterator[_Server]:
    """A server on this machine that remembers what it was asked for."""
    running = _Server(("127.0.0.1", 0), _Handler)
    running.asked = []
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield running
    running.shutdown()
    running.server_close()


def test_a_url_that_the_caller_gives_is_read(server: _Server) -> None:
    """By http; what is known of the wav header says the rest."""
    url = f"http://127.0.0.1:{server.server_port}/stereo_s16.wav"
    assert dispatcher.load(url)[0].shape == (2, 4000)
    assert dispatcher.info(url, backend="ffmpeg").num_channels == 2
    assert server.asked


PLAYLISTS = {
    "hls": "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{target}\n#EXT-X-ENDLIST\n",
    "concat": "ffconcat version 1.0\nfile '{target}'\n",
    "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 5004 RTP/AVP 0\n",
    "dash": '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"><Period><AdaptationSet mimeType="audio/mp4">'
    '<Representation id="1" bandwidth="1"><BaseURL>{target}</BaseURL></Representation></AdaptationSet></Period></MPD>',
}


@pytest.mark.parametrize("where", ["local", "http"])
@pytest.mark.parametrize("as_object", [False, True], ids=["path", "object"])
@pytest.mark.parametrize("name", ["x.wav", "x.mp3", "x.m3u8", "x.flac"])
@pytest.mark.parametrize("kind", PLAYLISTS)
@pytest.mark.filterwarnings("ignore::dispatcher.notices.CompatWarning")
def test_a_playlist_dressed_as_audio_opens_nothing(
    kind: str, name: str, as_object: bool, where: str, tmp_path: pathlib.Path, server: _Server
) -> None:
    """Neither the file beside it nor the server is touched, whatever its name, by any backend."""
    canary = ASSETS / "mono_s16.wav"
    target = str(canary) if where == "local" else f"http://127.0.0.1:{server.server_port}/mono_s16.wav"
    path = tmp_path / name
    path.write_text(PLAYLISTS[kind].format(target=target))
    for backend in dispatcher.list_audio_backends():
        if as_object and backend == "sox":
            continue
        source = io.BytesIO(path.read_bytes()) if as_object else str(path)
        with pytest.raises(RuntimeError):
            dispatcher.load(source, backend=backend)
    for hint in ("hls", "concat", "sdp", "dash"):
        with pytest.raises(RuntimeError):
            dispatcher.load(str(path), format=hint, backend="ffmpeg")
    assert not server.asked


@pytest.mark.parametrize(
    "prefix", ["concat:", "subfile,,start,0,end,0,,:", "data:audio/wav;base64,", "pipe:", "async:", "cache:", "crypto:"]
)
def test_a_path_is_no_protocol(prefix: str) -> None:
    """Each of these would make FFmpeg read something else."""
    with pytest.raises(RuntimeError):
        dispatcher.load(f"{prefix}{ASSETS / 'mono_s16.wav'}", backend="ffmpeg")


@pytest.mark.libsox
@pytest.mark.parametrize(
    "header",
    [b"NIST_1A\n   -5\n" + b"a b c\n" * 50, b"NIST_1A\n   1024\nsample_count -i 99999999999\nend_head\n".ljust(1024)],
    ids=["length", "count"],
)
def test_a_header_that_libsox_does_not_survive_is_kept_from_it(header: bytes, tmp_path: pathlib.Path) -> None:
    """libsox ends the process on the first, and the second would take 373 GiB."""
    path = tmp_path / "x.sph"
    path.write_bytes(header)
    for call in (dispatcher.info, dispatcher.load):
        with pytest.raises(RuntimeError, match="SPHERE"):
            call(str(path), backend="sox")


@pytest.mark.libsox
def test_a_header_that_promises_too_much_takes_no_memory(tmp_path: pathlib.Path) -> None:
    """What is there is read; a wav header may say anything."""
    data = bytearray((ASSETS / "stereo_s16.wav").read_bytes())
    data[4:8] = data[40:44] = b"\xff\xff\xff\x7f"
    path = tmp_path / "x.wav"
    path.write_bytes(data)
    for backend in dispatcher.list_audio_backends():
        assert dispatcher.load(str(path), backend=backend)[0].shape == (2, 4000)
