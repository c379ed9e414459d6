"""Servers that behave badly: bounded time, and errors that say what happened."""

import gc
import io
import re
import time
import warnings
from collections.abc import Callable
from typing import Any

import pytest
import torch

import compat
from compat import releases
from dispatcher.notices import DamagedInputWarning
from dispatcher.streams.reader import StreamReader
from tests import streaming
from tests.reliability import server
from tests.tables import table

_SLACK = 60  # of a busy machine; without a bound it would be for ever
_TIMEOUT = 0.5


@pytest.fixture
def torchaudio() -> Any:
    """A release with a short patience."""
    return compat.standin("2.2", network_timeout=_TIMEOUT)


# with options FFmpeg asks the server itself, and has errors of its own: `test_streams.py`
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


@pytest.mark.parametrize(("behaviour", "frames"), [("cuts", 1989), ("lies_long", 4000)])
def test_what_came_before_a_cut_is_read_with_a_warning(behaviour: str, frames: int, web: server.Server, torchaudio: Any) -> None:
    """As the releases did, but for the warning."""
    with pytest.warns(DamagedInputWarning, match=f"only {frames} frames"):
        assert torchaudio.load(web.url(f"{behaviour}.wav"))[0].shape == (2, frames)


@pytest.mark.parametrize("span", [(0, -1), (200_000, 3000)])
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


@table(
    "read, what",
    {
        "2.2": (lambda url: compat.standin("2.2").load(url)[0].T, "frames"),
        "2.9, where torchaudio passed the call to TorchCodec": (lambda url: compat.standin("2.9").load(url)[0].T, "frames"),
        "a reader of streams": (lambda url: streaming.sound(StreamReader(url)), "only a part"),
    },
)
def test_each_way_of_reading_warns_of_a_cut(read: Callable[[str], torch.Tensor], what: str, web: server.Server) -> None:
    url = web.url("cuts.wav")
    with pytest.warns(DamagedInputWarning, match=f"{what} of '{re.escape(url)}' could be decoded: the (server|connection)"):
        assert len(read(url)) == 1989


@pytest.mark.parametrize("span", [(0, -1), (200_000, 3000)])
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
