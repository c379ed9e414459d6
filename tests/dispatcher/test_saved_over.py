"""Whose a file is after it was replaced, and file objects that do not say how much they took."""

import io
import os
import pathlib

import pytest
import torch

import dispatcher
from dispatcher.writing import target
from tests.conftest import ASSETS
from tests.doubles import WriteOnly


@pytest.mark.skipif(os.name == "nt", reason="owners of POSIX")
@pytest.mark.parametrize("allowed", [True, False])
def test_a_file_of_somebody_else_stays_theirs_where_that_may_be(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, allowed: bool
) -> None:
    path = tmp_path / "theirs.wav"
    path.write_bytes(b"old")
    owner = path.stat()
    given = []

    def chown(part: str, user: int, group: int) -> None:
        given.append((user, group))
        if not allowed:
            raise PermissionError("only root may")

    monkeypatch.setattr(os, "geteuid", lambda: owner.st_uid + 1)
    monkeypatch.setattr(os, "chown", chown)
    dispatcher.save(str(path), torch.zeros(1, 100), 8000)
    assert given == [(owner.st_uid, owner.st_gid)]
    assert dispatcher.info(str(path)).num_frames == 100
    assert [entry.name for entry in tmp_path.iterdir()] == ["theirs.wav"]


@pytest.mark.parametrize(("takes", "calls"), [(None, 1), (10, 1), (3, 4)])
def test_a_file_object_is_given_what_it_did_not_take(takes: int | None, calls: int) -> None:
    """One that says nothing is believed to have taken all."""
    given: list[bytes] = []

    class Target:
        def write(self, data: bytes) -> int | None:
            given.append(bytes(data))
            return takes if takes is None else min(takes, len(data))

    target.deliver(Target(), b"0123456789")
    assert len(given) == calls
    assert b"".join(part if takes is None else part[:takes] for part in given) == b"0123456789"


@pytest.mark.parametrize(("size", "takes"), [(3, 2), (4096, 1000), (4096, 4095), (8192, 4096), (9999, 1), (131072, 65536)])
def test_bytes_arrive_in_order_however_few_are_taken(size: int, takes: int) -> None:
    """Also where twice what was taken is just the whole."""
    data, sink = bytes(number % 251 for number in range(size)), WriteOnly(takes)
    target.deliver(sink, data)
    assert sink.data == data


def test_flac_with_much_behind_its_last_frame_goes_to_ffmpeg() -> None:
    """No header of a frame is near its end, so nothing says that the stream is whole; the samples are FFmpeg's."""
    pathlib.Path("tail.flac").write_bytes((ASSETS / "stereo_16.flac").read_bytes() + bytes(100_000))
    for arguments in ({}, {"frame_offset": 5}, {"num_frames": 100}):
        waveform, rate = dispatcher.load("tail.flac", **arguments)
        wanted, wanted_rate = dispatcher.load("tail.flac", backend="ffmpeg", **arguments)
        assert rate == wanted_rate
        assert torch.equal(waveform, wanted)


@pytest.mark.parametrize("kind", ["hls", "dash"])
def test_a_muxer_of_several_files_names_them_after_the_path(kind: str, tmp_path: pathlib.Path) -> None:
    """The list names the files that are there, and none has a temporary name."""
    path = tmp_path / f"x.{kind}"
    dispatcher.save(str(path), torch.zeros(1, 16000), 16000, format=kind, backend="ffmpeg")
    names = {one.name for one in tmp_path.iterdir()} - {path.name}
    assert names
    assert not [name for name in names if name.startswith(".")]
    if kind == "hls":
        assert names == {line for line in path.read_text().splitlines() if line and not line.startswith("#")}
    with pytest.raises(RuntimeError, match=f"{kind} writes several files, which one file object cannot hold; pass a path"):
        dispatcher.save(io.BytesIO(), torch.zeros(1, 16000), 16000, format=kind, backend="ffmpeg")
