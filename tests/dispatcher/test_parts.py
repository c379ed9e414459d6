"""Files put together of several recordings: no sample gets another's rate, and what is left out is told of."""

import io
import os
import pathlib
import re
import subprocess
import threading
import warnings
from collections.abc import Callable
from typing import Any

import pytest
import torch

import compat
import dispatcher
from dispatcher.notices import TruncatedInputWarning
from dispatcher.reading import joined_files
from tests import streaming

MAKER = {
    "tta": "ffmpeg",
    "wv": "ffmpeg",
    "ogg": "soundfile",
    "flac": "soundfile",
    "mp3": "soundfile",
    "aac": "ffmpeg",
    "ac3": "ffmpeg",
    "opus": "ffmpeg",
}


def _one(path: str, rate: int, channels: int = 1) -> bytes:
    dispatcher.save(path, torch.rand(channels, rate) * 0.4 - 0.2, rate, backend=MAKER[path.rpartition(".")[2]])
    return pathlib.Path(path).read_bytes()


def _spliced(extension: str, rates: tuple[int, ...], channels: int = 1) -> str:
    path = f"two.{extension}"
    pathlib.Path(path).write_bytes(b"".join(_one(f"one.{extension}", rate, channels) for rate in rates))
    return path


@pytest.mark.parametrize("release", ["2.0", "2.2", "2.9"])
@pytest.mark.parametrize(("extension", "rates"), [("aac", (44100, 22050)), ("ac3", (48000, 32000)), ("mp3", (44100, 22050))])
def test_no_load_gives_one_rate_for_two(release: str, extension: str, rates: tuple[int, int]) -> None:
    """An error that says where, and the command that helps; the part before the change can be had."""
    path, torchaudio = _spliced(extension, rates), compat.standin(release)
    place = rf"(from {rates[0]} to {rates[1]} Hz after \d+ frames|from byte \d+ on 1 channel at {rates[1]} Hz)"
    with pytest.raises(RuntimeError, match=rf"{place}.*ffmpeg -i .* -ar {rates[0]}"):
        torchaudio.load(path)
    if (release, extension) != ("2.0", "mp3"):  # libsox does not tell where the change is
        assert torchaudio.load(path, 0, 1000)[1] == rates[0]


def test_one_last_frame_of_another_rate_is_enough() -> None:
    """FFmpeg gives it the rate of the frame before."""
    torch.manual_seed(1)  # the two bytes must be in no other place of the first frames
    later = _one("x.mp3", 48000)
    begins = [match.start() for match in re.finditer(re.escape(later[:2]), later)]
    pathlib.Path("x.mp3").write_bytes(_one("x.mp3", 16000) + later[begins[2] : begins[3]])
    told = r"changes from 16000 to 48000 Hz after \d+ frames|at 16000 Hz, and from byte \d+ on 1 channel at 48000 Hz"
    for read in (dispatcher.load, dispatcher.info):
        with pytest.raises(RuntimeError, match=told):
            read("x.mp3", backend="ffmpeg")


@pytest.mark.parametrize("extension", ["ogg", "flac", "mp3"])
@pytest.mark.parametrize("rates", [(44100, 22050), (44100, 44100)])
@pytest.mark.parametrize(
    ("backend", "as_object"), [("soundfile", False), ("soundfile", True), pytest.param("sox", False, marks=pytest.mark.libsox)]
)
def test_a_library_that_stops_or_goes_on_is_told_of(extension: str, rates: tuple[int, int], backend: str, as_object: bool) -> None:
    """libsndfile and libsox give the first part alone, or all at the rate of the first."""
    path = _spliced(extension, rates)
    uri: Any = io.BytesIO(pathlib.Path(path).read_bytes()) if as_object else path
    with warnings.catch_warnings(record=True, action="always") as told:
        if backend == "sox" and extension != "flac" and rates[0] != rates[1]:
            with pytest.raises(RuntimeError, match=f"{rates[1]} Hz"):
                dispatcher.load(uri, backend=backend)
            return
        frames = dispatcher.load(uri, backend=backend)[0].shape[1]
    assert frames >= sum(rates) or any("consists of 2 files joined together" in str(warning.message) for warning in told)
    assert (frames < sum(rates)) or rates[0] == rates[1]


@pytest.mark.parametrize("extension", ["ogg", "flac", "mp3", "opus"])
def test_a_file_of_one_piece_is_one(extension: str) -> None:
    assert [part[2:4] for part in joined_files.of(_spliced(extension, (48000,), 2))] == [(48000, 2)]


def test_what_has_parts_side_by_side_is_no_chain() -> None:
    """Two streams of one Ogg begin one after the other."""
    one = _one("x.ogg", 8000)
    first = one.index(b"OggS", 4)
    pathlib.Path("y.ogg").write_bytes(one[:first] + one[:first] + one[first:])
    assert len(joined_files.of("y.ogg")) == 1


def _joined(path: str, waves: list[torch.Tensor], *rates: int) -> list[torch.Tensor]:
    """Write sounds one behind the other; give each of them as it is read alone."""
    data, alone, one = b"", [], f"one-{path}"
    for wave, rate in zip(waves, rates, strict=True):
        dispatcher.save(one, wave, rate, backend="soundfile")
        data += pathlib.Path(one).read_bytes()
        alone.append(dispatcher.load(one, backend="ffmpeg")[0])
    pathlib.Path(path).write_bytes(data)
    return alone


def _tones(*lengths: int) -> list[torch.Tensor]:
    return [torch.sin(torch.arange(length)[None] * 2**number * 440 * 2 * torch.pi / 44100) * 0.4 for number, length in enumerate(lengths)]


def _streamed(path: str) -> torch.Tensor:
    return streaming.chunks(compat.standin("2.2").io.StreamReader(path), buffer_chunk_size=-1).t()


@pytest.mark.parametrize(
    ("lengths", "frames"), [((44100, 44100), 88072), ((30000, 22222, 51111), 103205), ((300, 500, 2000), 2672), ((20000, 300), 20172)]
)
def test_a_joint_has_the_frames_of_ffmpegs_command(lengths: tuple[int, ...], frames: int) -> None:
    """Of 5.1; the last part is the one that it is by itself, whole and in pieces."""
    path = "chain.ogg"
    alone = _joined(path, _tones(*lengths), *[44100] * len(lengths))
    whole = dispatcher.load(path, backend="ffmpeg")[0]
    assert whole.shape[1] == frames == dispatcher.info(path, backend="ffmpeg").num_frames
    assert torch.equal(whole[:, : alone[0].shape[1]], alone[0])
    assert torch.equal(whole[:, -alone[-1].shape[1] :], alone[-1])
    for offset in (0, alone[0].shape[1] - 50, frames - 100):
        assert torch.equal(dispatcher.load(path, offset, 100, backend="ffmpeg")[0], whole[:, offset : offset + 100])
    assert torch.equal(_streamed(path), whole)


@pytest.mark.parametrize("lengths", [(18000, 18000), (5000, 5000, 5000), (3000, 50000)])
def test_no_frame_of_joined_flac_is_lost(lengths: tuple[int, ...]) -> None:
    """FFmpeg 8 alone loses up to 4,096 at each joint; 2.1.2 and 2.8.0, with FFmpeg 5.1, lost none."""
    path, waves = "joined.flac", _tones(*lengths)
    _joined(path, waves, *[16000] * len(lengths))
    data = pathlib.Path(path).read_bytes()
    whole = dispatcher.load(path, backend="ffmpeg")[0]
    assert torch.allclose(whole, torch.cat(waves, 1), atol=1e-4)
    assert dispatcher.info(path, backend="ffmpeg").num_frames == sum(lengths)
    assert torch.equal(dispatcher.load(io.BytesIO(data), backend="ffmpeg")[0], whole)
    assert torch.equal(dispatcher.load(path, lengths[0] - 10, 100, backend="ffmpeg")[0], whole[:, lengths[0] - 10 : lengths[0] + 90])
    assert torch.equal(_streamed(path), whole)
    os.mkfifo("pipe")
    writer = threading.Thread(target=pathlib.Path("pipe").write_bytes, args=(data,), daemon=True)
    writer.start()
    with pytest.warns(TruncatedInputWarning, match="may lose up to 4,096 frames at each joint"):
        dispatcher.load("pipe", backend="ffmpeg")
    writer.join()


def _readings(path: str) -> list[Callable[[], Any]]:
    data, newest = pathlib.Path(path).read_bytes(), compat.standin("2.9")
    return [
        lambda: dispatcher.load(path),
        lambda: dispatcher.load(io.BytesIO(data)),
        lambda: dispatcher.info(path),
        lambda: newest.load(path),
        lambda: newest.load(io.BytesIO(data)),
        lambda: _streamed(path),
    ]


def test_parts_of_two_rates_are_refused_by_every_way_of_reading() -> None:
    """FFmpeg ends there as with damage; the part before the change can be had."""
    path = "chain.ogg"
    alone = _joined(path, _tones(20000, 10000), 44100, 22050)
    begin = joined_files.of(path)[1].begin
    for read in _readings(path):
        with pytest.raises(RuntimeError, match=rf"44100 Hz, and from byte {begin} on 1 channel at 22050 Hz.* ffmpeg -i .* -ar 44100"):
            read()
    assert torch.equal(dispatcher.load(path, 0, 100)[0], alone[0][:, :100])


def test_parts_of_two_codecs_can_be_cut_where_the_error_says() -> None:
    """FFmpeg's own command reads no further either."""
    path, other = pathlib.Path("chain.ogg"), _one("other.opus", 48000)
    path.write_bytes(_one("one.ogg", 48000) + other)
    for read in _readings(str(path)):
        with pytest.raises(RuntimeError, match=r"of Vorbis, and from byte \d+ on .* of Opus.*tail -c \+(\d+)") as caught:
            read()
    at = int(re.findall(r"tail -c \+(\d+)", str(caught.value))[0])
    assert path.read_bytes()[at - 1 :] == other


@pytest.mark.libsox
def test_parts_of_wavpack_that_libsox_leaves_out_are_told_of() -> None:
    path = _spliced("wv", (8000, 8000), 2)
    with pytest.warns(TruncatedInputWarning, match="consists of 2 files joined together") as told:
        first = dispatcher.load(path, backend="sox")[0]
    subprocess.run(str(told[0].message).partition("Cut it there: ")[2], shell=True, check=True)
    with warnings.catch_warnings(action="error"):
        assert torch.equal(dispatcher.load("first.wv", backend="sox")[0], first)
        assert dispatcher.load("second.wv", backend="sox")[0].shape == (2, 8000)
        assert dispatcher.load(path, 0, 4000, backend="sox")[0].shape == (2, 4000)


@pytest.mark.parametrize("release", ["2.2", "2.9"])
def test_parts_of_tta_that_ffmpeg_leaves_out_are_told_of(release: str) -> None:
    """No backend reads them."""
    path = _spliced("tta", (8000, 8000))
    with pytest.warns(TruncatedInputWarning, match=r"another file begins at byte \d+"):
        assert compat.standin(release).load(path)[0].shape == (1, 8000)


@pytest.mark.libsox
@pytest.mark.parametrize("rates", [(8000, 16000), (8000, 16000, 8000)])
def test_libsox_has_no_info_of_two_rates_either(rates: tuple[int, ...]) -> None:
    for call in (dispatcher.load, dispatcher.info):
        with pytest.raises(RuntimeError, match=r"at 8000 Hz, and from byte .* ffmpeg -i"):
            call(_spliced("ogg", rates), backend="sox")


CUT = r"from byte \d+ on .* at 44100 Hz.*(head -c.*)"
OTHER = r"another file begins at byte \d+(.*head -c.*)"
AGAIN = r"changes from 48000 to 44100 Hz.*(ffmpeg -i .*wav)"


def _made(name: str, codec: str, *parts: tuple[int, int]) -> pathlib.Path:
    path, data = pathlib.Path(name), b""
    option = {"live": "1"} if path.stem == "live" else None  # of no known size
    for rate, channels in parts:
        streaming.write(name, (torch.rand(rate, channels) - 0.5) * 0.4, rate, option=option, encoder=codec)
        data += path.read_bytes()
    path.write_bytes(data)
    return path


def _followed(step: str, name: str) -> list[tuple[torch.Tensor, int]]:
    """What the files hold that the command of an error makes."""
    command = step.partition(": ")[2].partition(". ")[2].partition(": ")[2]
    subprocess.run(command.rstrip("."), shell=True, check=True, stderr=subprocess.DEVNULL)
    return [dispatcher.load(made) for made in sorted(os.listdir()) if made != name]


@pytest.mark.parametrize(
    ("codec", "name", "told"),
    [
        ("aac", "x.mka", CUT),
        ("pcm_s16le", "x.mkv", CUT),
        ("aac", "live.mka", CUT),
        ("pcm_s16le", "x.avi", CUT),
        ("pcm_s16le", "x.nut", OTHER),
        ("libmp3lame", "x.nut", OTHER),
        ("sbc", "x.sbc", CUT),
        ("libmp3lame", "x.mp3", r"from byte \d+ on 2 channels at 44100 Hz.*(ffmpeg -i .*wav)"),
        ("wavpack", "x.wv", CUT),
        ("mp2", "x.mp2", AGAIN),
        ("eac3", "x.eac3", AGAIN),
        ("aac", "x.ts", AGAIN),
    ],
)
def test_two_rates_are_refused_in_every_container_and_the_next_step_works(codec: str, name: str, told: str) -> None:
    """FFmpeg alone says of none of them that the rate of later samples is another one."""
    path = _made(name, codec, (48000, 2), (44100, 2))
    by_path, *others, streamed = _readings(name)
    with pytest.raises(RuntimeError, match=told) as caught:
        by_path()
    for number, read in enumerate(others):
        if codec == "sbc" and number in (0, 3):
            with pytest.raises(RuntimeError, match="pass format='sbc'" if not number else r"`seek\(0\)` first"):
                read()
            read = lambda: dispatcher.load(io.BytesIO(path.read_bytes()), format="sbc")  # noqa: E731
        with pytest.raises(RuntimeError, match=told):
            read()
    with pytest.raises(RuntimeError, match=r"44100.* 48000 Hz|48000.* 44100 Hz|another file"):
        streamed()
    made = _followed(str(caught.value), name)
    assert [rate for _, rate in made] == ([48000, 44100] if "head -c" in str(caught.value) else [48000])
    assert sum(sound.shape[1] for sound, _ in made) > 90000


@pytest.mark.parametrize(("codec", "name", "rate"), [("pcm_f32le", "x.nut", 5000), ("flac", "x.nut", 8000), ("wavpack", "x.wv", 12345)])
def test_parts_that_are_alike_are_refused_where_that_is_not_enough(codec: str, name: str, rate: int) -> None:
    """FFmpeg takes headers in NUT for sound, and may go on; the header of WavPack tells only usual rates."""
    _made(name, codec, (rate, 1), (rate, 1))
    *_, streamed = _readings(name)
    for read in (lambda: dispatcher.load(name, backend="ffmpeg"), lambda: dispatcher.info(name, backend="ffmpeg"), streamed):
        with pytest.raises(RuntimeError, match="another file begins at byte") as caught:
            read()
    assert [made[0].shape for made in _followed(str(caught.value), name)] == [(1, rate)] * 2


@pytest.mark.parametrize("name", ["x.sbc", "x.mp2", "x.ac3", "x.mka", "live.mka", "x.nut", "x.avi"])
def test_channels_that_change_are_refused_and_the_next_step_works(name: str) -> None:
    extension = name.partition(".")[2]
    _made(name, {"mka": "pcm_s16le", "avi": "pcm_s16le", "nut": "libmp3lame"}.get(extension, extension), (48000, 2), (48000, 1))
    with pytest.raises(RuntimeError, match=r"(after \d+ frames|from byte \d+ on 1 channel|at byte \d+).*: (head|ffmpeg)") as caught:
        dispatcher.load(name, backend="ffmpeg")
    made = _followed(str(caught.value), name)
    assert [sound.shape[0] for sound, _ in made] == ([2, 1] if "head -c" in str(caught.value) else [2])


def test_a_reader_that_asks_for_one_rate_gets_it() -> None:
    path = _made("x.mp2", "mp2", (48000, 2), (44100, 2))
    assert abs(len(streaming.sound(compat.io.StreamReader(path), sample_rate=48000)) - 96000) < 3000
