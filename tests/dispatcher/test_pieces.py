"""A piece is the slice of the whole, to the bit, whether it is sought or decoded from the start; lengths are exact."""

import contextlib
import functools
import io
import os
import pathlib
import re
import struct
import tempfile
from collections.abc import Callable
from typing import Any
from unittest import mock

import av
import hypothesis
import numpy as np
import pytest
import soundfile
import torch
from hypothesis import strategies as st

import dispatcher
from dispatcher.backends.ffmpeg import container, decode, seek
from dispatcher.errors import AudioError
from dispatcher.headers import flac, ogg_packets
from dispatcher.headers.file import BLOCK, Bytes
from dispatcher.plain_wav import hidden_bitstreams
from dispatcher.reading.opened import opened
from tests import long_files
from tests.codemod.commands import put
from tests.doubles import fails
from tests.long_files import KINDS, RATE
from tests.outcomes import observed
from tests.reliability.fuzz import mutate
from tests.tables import table

FRAMES = 160_000
_FOLDER = tempfile.TemporaryDirectory()


@functools.cache
def _file(name: str) -> str:
    """A file of ten seconds, made once."""
    path = os.path.join(_FOLDER.name, name)
    if name in KINDS:
        long_files.write(KINDS[name], path, FRAMES)
    else:
        dispatcher.save(path, _whole("s16.flac"), RATE, backend="soundfile", bits_per_sample=None if name == "float.wav" else 16)
    return path


@functools.cache
def _whole(name: str, backend: str = "ffmpeg", normalize: bool = True) -> torch.Tensor:
    return dispatcher.load(_file(name), normalize=normalize, backend=backend)[0]


@pytest.mark.parametrize(
    ("backend", "name"),
    [
        *(("ffmpeg", name) for name in KINDS),
        # it seeks to the wrong place in an mp3 of a variable or low bit rate
        *(("soundfile", name) for name in KINDS if name.endswith((".mp3", ".flac", ".ogg", ".opus"))),
        *(pytest.param("sox", name, marks=pytest.mark.libsox) for name in ("s16.flac", "s16.aiff", "s16.caf", "plain.wav", "float.wav")),
    ],
)
@hypothesis.settings(max_examples=15, deadline=None)
@hypothesis.given(
    offset=st.integers(0, FRAMES + 3000),
    frames=st.sampled_from([-1, 1, 577, 1600, 48000, 10**6]),
    normalize=st.booleans(),
    first=st.booleans(),
)
def test_a_piece_is_the_slice_of_the_whole(backend: str, name: str, offset: int, frames: int, normalize: bool, first: bool) -> None:
    """Whatever its dtype and layout."""
    expected = _whole(name, backend, normalize)[:, offset : None if frames < 0 else offset + frames]
    if backend == "ffmpeg" and not expected.numel():
        with pytest.raises(RuntimeError):
            dispatcher.load(_file(name), offset, frames, backend=backend)
        return
    piece = dispatcher.load(_file(name), offset, frames, normalize, first, backend=backend)[0]
    assert (piece.dtype, piece.is_contiguous()) == (expected.dtype, True)
    assert torch.equal(piece if first else piece.T, expected)


@pytest.mark.parametrize("name", KINDS)
def test_what_can_be_sought_is(name: str) -> None:
    """And what cannot is not: the property above would hold either way."""
    path = _file(name)
    with opened(path) as file, container.reading(path, None, 4096, dispatcher.Settings()) as (reader, stream):
        find = seek.finder(reader, stream, file, 120_000, 1000)
        place = None if find is None else find()
        assert (place is not None) == KINDS[name].sought
        if place is not None:
            assert 80_000 < place.begin <= 120_000
            assert next(iter(place.frames)).samples


@pytest.mark.parametrize("name", [*(name for name in KINDS if KINDS[name].sought and not name.endswith(".mp3")), "opus.ogg"])
def test_lengths_are_told_without_decoding(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """And are what load gives; of mp3, whose headers may tell the frames wrongly, only decoding tells them exactly."""
    expected = _whole(name).shape[1]
    monkeypatch.setattr(decode, "count", fails(AssertionError("it was decoded")))
    exact = dispatcher.functions(dispatcher.Chooser(dispatcher.Registry(), dispatcher.Settings(exact_num_frames=True)))
    assert exact.info(_file(name), backend="ffmpeg").num_frames == expected


# what becomes of a file, or of a page of Ogg; at a place, and by what is drawn
_FILES: dict[str, Callable[[bytes, int, Any], bytes]] = {
    "cut": lambda data, at, _: data[:at],
    "tag": lambda data, *_: data + b"TAG" + b"title".ljust(125, b"\0"),
    "junk behind": lambda data, *_: data + b"\xff\xfb\x90\x00junk" * 9,
    "junk within": lambda data, at, draw: data[:at] + b"junk" * draw(st.integers(1, 500)) + data[at:],
    "twice": lambda data, *_: data + data,
    "headless": lambda data, at, draw: data[: draw(st.integers(0, 300))] + data[at:],
    "flipped": lambda data, at, _: data[:at] + bytes(byte ^ 0x55 for byte in data[at : at + 40]) + data[at + 40 :],
}
_PAGES: dict[str, Callable[[bytes, Any], bytes]] = {
    "page twice": lambda page, _: page + page,
    "page gone": lambda *_: b"",
    "granule": lambda page, draw: _sealed(page[:6] + _moved(page[6:14], draw(st.sampled_from([1, -1, 5000, -5000]))) + page[14:]),
    "flags": lambda page, draw: _sealed(page[:5] + bytes([page[5] ^ draw(st.sampled_from([1, 2, 4]))]) + page[6:]),
}
_DAMAGES = ("cut", *_FILES)
_OGG_DAMAGES = (*_DAMAGES, "other behind", *_PAGES)


def _damaged(data: bytes, how: str, draw: Any) -> bytes:
    at = draw(st.integers(0, len(data)))
    if how in _FILES:
        return _FILES[how](data, at, draw)
    if how == "other behind":
        return data + pathlib.Path(_file(draw(st.sampled_from(["mono.ogg", "opus.ogg"])))).read_bytes()
    begins = [found.start() for found in re.finditer(b"OggS", data)]
    index = draw(st.integers(1, len(begins) - 2))
    begin, end = begins[index : index + 2]
    return data[:begin] + _PAGES[how](data[begin:end], draw) + data[end:]


def _moved(number: bytes, by: int) -> bytes:
    return ((int.from_bytes(number, "little") + by) % 2**64).to_bytes(8, "little")


def _sealed(page: bytes) -> bytes:
    """A page of Ogg with the checksum that it should have, so that what else is wrong with it must be noticed."""
    sealed = bytearray(page)
    mutate.mend_ogg(sealed)
    return bytes(sealed)


def _given(path: pathlib.Path, *piece: int, backend: str | None = "ffmpeg") -> Any:
    """What load gives: samples, or the class of its error, and whether it warned."""
    found, told = observed(dispatcher.load, path, *piece, backend=backend)
    if isinstance(found, RuntimeError):
        return type(found), len(told)
    return found[0].shape, found[0].numpy().tobytes(), len(told)


_EXAMPLES = hypothesis.settings(
    max_examples=50, derandomize=True, deadline=None, suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture]
)


@pytest.mark.parametrize("name", ["cbr.mp3", "cbr_bare.mp3", "vbr.mp3", "vbr_bare.mp3", "s16.flac", "mono.ogg", "clicks.ogg", "opus.ogg"])
@_EXAMPLES
@hypothesis.given(data=st.data())
def test_lengths_and_pieces_of_damaged_files_are_those_of_decoding(name: str, data: st.DataObject, tmp_path: pathlib.Path) -> None:
    """Cut, spliced, with a tag or junk: ``info`` counts what ``load`` gives, and a piece is its slice.

    Pages of Ogg are looked at before they are believed, wherever the damage is. Elsewhere bytes that are wrong within a frame are not
    looked at by ``info``, nor by a piece behind them; so junk that looks like a frame of another layout, at which decoding ends, is
    counted by ``info`` as a frame like others.
    """
    is_ogg = name.endswith("ogg")
    how = data.draw(st.sampled_from(_OGG_DAMAGES if is_ogg else _DAMAGES[:-1]))
    unseen = how == "junk within" and not is_ogg
    path = tmp_path / name
    path.write_bytes(_damaged(pathlib.Path(_file(name)).read_bytes(), how, data.draw))
    try:
        whole = dispatcher.load(path, backend="ffmpeg")[0]
    except RuntimeError:
        if not unseen:
            with pytest.raises(RuntimeError):
                dispatcher.info(path, backend="ffmpeg")
        return
    hypothesis.note(f"{how} {whole.shape}")
    if not (unseen and name.endswith("flac")):
        assert dispatcher.info(path, backend="ffmpeg").num_frames == whole.shape[1]
    offset = data.draw(st.integers(seek.WORTH_IT, FRAMES))
    expected = whole[:, offset : offset + 2000]
    if expected.shape[1] == 2000:
        assert torch.equal(dispatcher.load(path, offset, 2000, backend="ffmpeg")[0], expected)


@pytest.mark.parametrize("told", [-2, -1, 1, 2, 1 << 27])
@pytest.mark.parametrize("name", ["cbr.mp3", "cbr44.mp3", "vbr.mp3", "low.mp3"])
def test_a_xing_header_that_miscounts_is_not_believed(name: str, told: int) -> None:
    data = bytearray(pathlib.Path(_file(name)).read_bytes())
    at = max(data.find(b"Xing"), data.find(b"Info")) + 8
    data[at : at + 4] = (int.from_bytes(data[at : at + 4], "big") + told).to_bytes(4, "big")
    put({name: bytes(data)})
    whole = dispatcher.load(name, backend="ffmpeg")[0]
    for frames in (-1, 10**6):
        assert torch.equal(dispatcher.load(name, 100_000, frames, backend="ffmpeg")[0], whole[:, 100_000:])


@pytest.mark.parametrize("frames", [1, 7, 46, 47, 48, 530, 575, 576, 577, 1105, 1200])
@pytest.mark.parametrize("rate", [16_000, 22_050, 44_100])
def test_a_short_mp3_has_as_many_frames_as_are_decoded(frames: int, rate: int) -> None:
    """FFmpeg gives hundreds too many where padding begins in a packet that it skips in part."""
    soundfile.write("a.mp3", np.full(frames, 0.1, np.float32), rate)
    assert dispatcher.info("a.mp3", backend="ffmpeg").num_frames == dispatcher.load("a.mp3", backend="ffmpeg")[0].shape[1]


@pytest.mark.parametrize("name", ["s16.flac", "s32.flac"])
@_EXAMPLES
@hypothesis.given(data=st.data())
def test_flac_without_a_backend_named_is_as_ffmpeg_gives_it(name: str, data: st.DataObject, tmp_path: pathlib.Path) -> None:
    """Whoever decodes it: samples, errors and warnings, of good files and damaged ones, whole and in pieces."""
    original = pathlib.Path(_file(name)).read_bytes()
    how = data.draw(st.sampled_from(["no", "no", *_DAMAGES]))
    path = tmp_path / name
    path.write_bytes(original if how == "no" else _damaged(original, how, data.draw))
    # what was sought is not told of damage before it, so such a piece is compared from a place that nobody seeks
    places = [0, 1, 4096, 30000] if how in ("junk within", "flipped") else [0, 1, 4096, 30000, 50000, 159_999, 160_000, 10**6, -1]
    piece = data.draw(st.sampled_from(places)), data.draw(st.sampled_from([-1, -1, 1, 5000, 10**6, 0]))
    assert _given(path, *piece, backend=None) == _given(path, *piece), how


def test_flac_without_a_backend_named_is_decoded_by_libsndfile(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it is there; else by FFmpeg, and so it is where the file is not to be trusted."""
    expected = _whole("s16.flac")
    backend = type(dispatcher.Registry().get("soundfile"))
    load = mock.Mock(wraps=backend.load)
    monkeypatch.setattr(backend, "load", lambda *arguments: load(*arguments))
    assert torch.equal(dispatcher.load(_file("s16.flac"))[0], expected)
    assert load.call_count == 1
    alone = dispatcher.functions(dispatcher.Chooser(dispatcher.Registry(["ffmpeg"]), dispatcher.Settings()))
    assert torch.equal(alone.load(_file("s16.flac"))[0], expected)
    assert load.call_count == 1


def _flac(backend: str) -> tuple[bytes, list[int]]:
    """Write a flac; give its bytes, and where its frames begin."""
    dispatcher.save("x.flac", torch.rand(2, 50_000, generator=torch.Generator().manual_seed(2)) - 0.5, 16000, backend=backend)
    data = pathlib.Path("x.flac").read_bytes()
    info = flac.stream_info(data[8:42])
    assert info is not None
    return data, [at for at in range(42, len(data) - 16) if data[at] == 0xFF and flac._frame(data[at : at + 16], info) is not None]


@pytest.mark.parametrize(
    "change",
    [
        "a frame twice",
        "two frames exchanged",
        "a frame left out",
        "a second STREAMINFO",
        "blocks longer than told",
        "half a header at the end",
        "much behind the last frame",
    ],
)
def test_flac_without_a_name_is_what_ffmpeg_makes_of_it(change: str) -> None:
    """libsndfile, which is faster, passes over some of this, and must not be taken for it."""
    path = pathlib.Path("x.flac")
    data, starts = _flac("ffmpeg")
    one, two, three = starts[4:7]
    path.write_bytes(
        {
            "a frame twice": data[:two] + data[one:],
            "two frames exchanged": data[:one] + data[two:three] + data[one:two] + data[three:],
            "a frame left out": data[:one] + data[two:],
            "a second STREAMINFO": data[:42] + bytes([0, 0, 0, 34]) + data[8:42] + data[42:],
            "blocks longer than told": data[:10] + (2048).to_bytes(2, "big") + data[12:],
            "half a header at the end": data + b"\xff\xf8",
            "much behind the last frame": data + bytes(100_000),
        }[change]
    )
    for piece in ((), (5,), (0, 100)):
        assert _given(path, *piece, backend=None) == _given(path, *piece)


@pytest.mark.parametrize(
    ("name", "backend", "module", "check"),
    [
        ("s16.flac", None, flac, "_in_order"),
        ("mono.ogg", "soundfile", ogg_packets, "scan"),
        ("plain.wav", "ffmpeg", hidden_bitstreams, "possible"),
    ],
)
def test_a_file_is_checked_once_for_all_late_pieces_until_it_changes(
    name: str, backend: str | None, module: Any, check: str, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each time while its last change is so near that another one could look the same."""
    look = mock.Mock(wraps=getattr(module, check))
    monkeypatch.setattr(module, check, look)
    path = tmp_path / name
    path.write_bytes(pathlib.Path(_file(name)).read_bytes())
    for settled, times in ((10**18, 3), (-(10**18), 1)):
        monkeypatch.setattr("dispatcher.reading.opened._SETTLED", settled)
        look.reset_mock()
        for _ in range(3):
            dispatcher.load(path, 100_000, 1000, backend=backend)
        assert look.call_count == times
    os.utime(path, ns=(1, 1))
    dispatcher.load(path, 100_000, 1000, backend=backend)
    assert look.call_count == 2


def test_a_header_of_flac_is_found_wherever_it_lies_in_the_blocks_that_are_read() -> None:
    """Across the end of a block too, for which padding moves the sound."""
    data, starts = _flac("soundfile")
    header = max(at for at in starts if at < BLOCK - 20)
    for place in range(BLOCK - 17, BLOCK + 2):
        padding = place - header - 4
        padded = data[:42] + b"\1" + padding.to_bytes(3, "big") + bytes(padding) + data[42:]
        assert flac.one_after_the_other(Bytes(padded)), place
        doubled = padded[:place] + padded[header + 4 + padding : place + 20] + padded[place:]
        assert not flac.one_after_the_other(Bytes(doubled)), place


@pytest.mark.parametrize(
    ("format", "subtype"),
    [
        (format, subtype)
        for format in soundfile.available_formats()
        for subtype in soundfile.available_subtypes(format)
        if format != "RAW" and soundfile.check_format(format, subtype)
    ],
)
def test_pieces_are_slices_of_the_whole(format: str, subtype: str) -> None:
    path = f"x.{format.lower()}"
    for channels in (1, 2):
        samples = np.random.default_rng(3).normal(0, 0.1, (20011, channels)).clip(-1, 1)
        with contextlib.suppress(soundfile.LibsndfileError):  # of a format that holds one channel
            soundfile.write(path, samples, 8000, format=format, subtype=subtype)
            read = {backend for backend in dispatcher.list_audio_backends() if _check_pieces(path, backend)}
            # not every library reads every format, and libsndfile not all that it writes
            assert "soundfile" in read or subtype == "DWVW_12"


def _check_pieces(place: Any, backend: str) -> bool:
    """Compare pieces with the whole, of a path or of the bytes of a file object; false where this backend does not read it."""
    made: Any = io.BytesIO if isinstance(place, bytes) else str
    try:
        whole, rate = dispatcher.load(made(place), backend=backend)
    except AudioError:
        return False
    frames = whole.shape[1]
    for offset, count in (
        *((1, 5), (1, -1), (4097, 3000), (frames // 2, 5), (frames // 2, -1), (frames // 7 * 6, 50), (max(0, frames - 9000), 50)),
        *((max(0, frames - 1500), 50), (frames - 1000, 3000), (frames - 100, 50), (frames - 10, 5), (frames - 3, 5), (frames - 1, -1)),
    ):
        piece, same = dispatcher.load(made(place), offset, count, backend=backend)
        assert same == rate
        expected = whole[:, offset:] if count < 0 else whole[:, offset : offset + count]
        assert torch.equal(piece, expected), (backend, whole.shape, offset, count)
    return True


@pytest.mark.parametrize("rate", [8000, 44100])
@pytest.mark.parametrize("frames", [999, 77777, 200001])
@pytest.mark.parametrize("level", [0.1, 0.9])
def test_so_they_are_in_the_last_page_of_vorbis(rate: int, frames: int, level: float) -> None:
    """libsndfile comes out elsewhere there, by as much as was left out at the end."""
    samples = np.random.default_rng(1).normal(0, 0.1, (frames, 2))
    soundfile.write("x.ogg", samples, rate, format="OGG", subtype="VORBIS", compression_level=level)
    assert _check_pieces("x.ogg", "soundfile")
    assert _check_pieces(pathlib.Path("x.ogg").read_bytes(), "soundfile")


@pytest.mark.parametrize("subtype", ["ALAC_16", "ALAC_24", "ALAC_32"])
def test_so_they_are_behind_damage_in_alac(subtype: str) -> None:
    """Bytes that are there twice move all later packets: libsndfile seeks past them, and reads on within them."""
    soundfile.write("x.caf", np.random.default_rng(5).normal(0, 0.1, 20_000).clip(-1, 1), 16000, subtype=subtype)
    data = pathlib.Path("x.caf").read_bytes()
    put({"x.caf": data[: len(data) // 2] + data[len(data) // 2 - 100 :]})
    assert _check_pieces("x.caf", "soundfile")


@table("name, backend", {
    "Vorbis": ("x.ogg", "soundfile"),
    "flac": pytest.param("x.flac", "sox", marks=pytest.mark.libsox),
})  # fmt: skip
def test_so_they_are_in_a_stream_that_was_cut_out_of_another(name: str, backend: str) -> None:
    """Its positions count from the start of the other one, so seeking by them leads elsewhere."""
    dispatcher.save(name, torch.randn(2, 200_000) / 8, 44100, backend="soundfile")
    with av.open(name) as source, av.open(f"cut_{name}", "w") as output:
        stream = output.add_stream_from_template(source.streams.audio[0])
        for number, packet in enumerate(source.demux(source.streams.audio[0])):
            if number > 20 and packet.size:
                packet.stream = stream
                packet.pts = packet.dts = packet.pts - (packet.pts // 3 if name == "x.ogg" else 0)
                output.mux(packet)
    assert _check_pieces(f"cut_{name}", backend)


@pytest.mark.libsox
def test_a_piece_of_sample_vision_has_its_end() -> None:
    """When libsox seeks in it, the last 58 frames are missing."""
    frames = (np.arange(5000) % 3000).astype("<i2")
    head = b"SOUND SAMPLE DATA 2.1 ".ljust(112) + struct.pack("<i", frames.size)
    loops, markers = struct.pack("<iiBh", -1, 0, 0, 0) * 8, (b" " * 10 + struct.pack("<i", -1)) * 8
    pathlib.Path("x.smp").write_bytes(head + frames.tobytes() + bytes(2) + loops + markers + struct.pack("<bIIi", 60, 8000, 0, -1))
    for begin in (0, 7, 2500):
        piece, rate = dispatcher.load("x.smp", begin, backend="sox", normalize=False)
        assert rate == 8000
        assert piece[0].tolist() == frames[begin:].tolist()
