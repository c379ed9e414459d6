"""Read the frames of an open ``SoundFile``, and go to a frame of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dispatcher import interrupts, notices, short_files
from dispatcher.errors import describe
from dispatcher.headers import mpeg, ogg, ogg_packets, registry, wave, wave64
from dispatcher.headers.file import Bytes, File
from dispatcher.lazily import np, npt
from dispatcher.reading.collector import Collector
from dispatcher.reading.opened import look

# subtypes that can be read as integers and scaled to libsndfile's own float32: dtype and scale
_EXACT = {
    "PCM_16": ("int16", 2.0**-15),
    "PCM_24": ("int32", 2.0**-31),
    "PCM_32": ("int32", 2.0**-31),
}
_PIECE = 1 << 15
# half of a core's cache; each call of python-soundfile costs as much as some thousand samples
_PIECE_SAMPLES = 1 << 18
IN_PAIRS = ("VOX_ADPCM",)
# libsndfile may count so many frames too many in good files of this kind
_MPEG, _MISCOUNTED = "MPEG", 2 * 1152
_UNCOUNTED = (1 << 63) - 1  # for flac whose header does not tell, and chained Ogg
# read from the start: here libsndfile seeks to a wrong place, or cannot read on within a block
_LOST_IN = (
    *(("PAF", "PCM_24"), ("W64", "IMA_ADPCM"), ("W64", "MS_ADPCM")),
    # after damage it seeks to another place
    *(("CAF", subtype) for subtype in ("ALAC_16", "ALAC_20", "ALAC_24", "ALAC_32")),
    *(("SDS", subtype) for subtype in ("PCM_S8", "PCM_16", "PCM_24")),
    *(("AIFF", subtype) for subtype in ("DWVW_12", "DWVW_16", "DWVW_24")),
)
# what libsndfile misreads, by format, subtype and channels
_MISREAD = {
    ("CAF", "ALAC_32", 1): (
        "libsndfile loses the highest 8 of 32 bits where the sound is like noise"
    ),
    ("RAW", "ULAW", 1): (
        "it has no header, and by its name libsndfile takes it for µ-law at 8000 Hz"
    ),
}
_IN_BLOCKS = ("IMA_ADPCM", "MS_ADPCM")
_MOST_AT_ONCE = 1 << 26
_FEW_PAGES = 1 << 16  # bytes


def read(file: Any, frames: int, dtype: str, collected: Collector) -> None:
    """Read the next frames of a file, fewer where it ends.

    Channels are separated and integers made floats piece by piece, while a piece is in the
    processor's cache: libsndfile's own conversion costs several times as much and gives the same
    bits.
    """
    own = dtype, 0.0
    stored, scale = _EXACT.get(file.subtype, own) if dtype == "float32" else own
    # into a buffer of odd length libsndfile writes a sample too many of these
    in_pairs = file.subtype in IN_PAIRS
    if not scale and not in_pairs and (collected.channels == 1 or not collected.channels_first):
        while collected.frames < frames:
            room = collected.room(min(frames - collected.frames, _MOST_AT_ONCE))
            got = file.buffer_read_into(room.T, dtype)
            if not got:
                return
            collected.took(got)
            interrupts.check()
        return
    most = max(1, _PIECE_SAMPLES // collected.channels)
    piece = np.empty((min(most, frames + (frames & in_pairs)), collected.channels), stored)
    while collected.frames < frames:
        left = frames - collected.frames
        wanted = min(len(piece), left + (left & in_pairs))
        got = min(file.buffer_read_into(piece[:wanted], stored), left)
        if not got:
            return
        room = collected.room(got)
        if scale:
            np.multiply(
                piece[:got].T, np.float32(scale), out=room, dtype=np.float32, casting="unsafe"
            )
        else:
            room[...] = piece[:got].T
        collected.took(got)
        interrupts.check()


def is_lost_in(file: Any, start: int, place: Any) -> bool:
    """Return whether a piece of such a file must be read from the file's start.

    libsndfile fills up a last block of ADPCM that was cut, from what it decoded before.
    """
    if (file.format, file.subtype) in _LOST_IN:
        return True
    in_blocks = bool(start) and file.subtype in _IN_BLOCKS
    return in_blocks and look(place, registry.missing, 0) is not None


def miscounted(file: Any) -> int:
    """Return how many frames too many libsndfile may count in a file that is whole."""
    if file.frames == _UNCOUNTED:
        return _UNCOUNTED
    return _MISCOUNTED if file.subtype.startswith(_MPEG) else 0


def _whole_blocks(file: File) -> int:
    """Return the frames in the whole blocks of a compressed WAV file; 0 for any other file."""
    found = wave.read(file)
    if found is None or found.format is None or not found.format.frame_bytes:
        return 0
    return found.size // found.format.frame_bytes * found.format.valid_bits


def warn_of_flaws(file: Any, end: int | None, place: Any, uri: Any) -> None:
    """Warn of what libsndfile misreads, and of the frames that it leaves out before frame ``end``.

    ``None`` means all. In MPEG audio without a Xing header, it infers their number from the size of
    the first, and stops there.
    """
    if file.format == "W64" and look(place, wave64.hides_floats, 0):
        short_files.warn_of_misreading(uri, "libsndfile takes its floats for integers")
    if cause := _MISREAD.get((file.format, file.subtype, file.channels)):
        short_files.warn_of_misreading(uri, cause)
    if file.subtype == "GSM610" and file.frames > (look(place, _whole_blocks, 0) or file.frames):
        cause = "libsndfile takes what follows the last block of sound for one more"
        short_files.warn_of_misreading(uri, cause)
    if file.subtype.startswith(_MPEG) and (end is None or end > file.frames):
        held = look(place, mpeg.counted, 0) or 0
        if held > file.frames + _MISCOUNTED:
            notices.warn(
                f"libsndfile reads {file.frames} of the {held} frames in {describe(uri)}, whose "
                "bit rate varies; backend='ffmpeg' reads them all",
                notices.TruncatedInputWarning,
            )


def go_to(file: Any, start: int, place: Any) -> None:
    """Go to a frame; decode all frames before it where libsndfile cannot seek exactly.

    It does not tell when it comes out elsewhere. In MPEG audio it lets mpg123 guess where a frame
    is. In Opus it does not decode enough of what precedes the place, on which speech depends. In
    Vorbis it assumes that the samples of the last page end where its packets do, so a file whose
    end was trimmed puts it off by as much.
    """
    can_seek = file.can_seek()
    if can_seek and not file.subtype.startswith((_MPEG, "OPUS")):
        exact = _last_to_seek(file, start, place) if file.subtype == "VORBIS" else start
        file.seek(exact)
        start -= exact
    elif can_seek:
        file.seek(0)
    passed = np.empty((min(_PIECE, start), file.channels), np.float32)
    while start:
        got = file.buffer_read_into(passed[: min(len(passed), start)], "float32")
        if not got:
            return
        start -= got
        interrupts.check()


def _last_to_seek(file: Any, start: int, place: Any) -> int:
    """Return the last frame up to ``start`` to which libsndfile seeks exactly in Ogg Vorbis."""
    before = look(place, lambda seen: seen.remembered(_exact_before), 0) if start else 0
    return 0 if before is None or before > file.frames else min(start, max(0, before - 1))


def _exact_before(file: File) -> int | None:
    """Return the frames before the last page; ``None`` if the first pages do not fit the packets.

    So it is where a stream was cut out of another, or copied through times in milliseconds.
    """
    # a few pages at first: it takes a third of the time, and covers in the headers are seldom
    fit = any(ogg_packets.scan(pages, 0) for pages in (Bytes(file.at(0, _FEW_PAGES)), file))
    return ogg.sound_before_last_page(file) if fit else None


def blocks(file: Any, block_frames: int, dtype: str) -> Iterator[npt.NDArray[Any]]:
    """Give all frames of a file in blocks, ``[channel, time]``."""
    left = file.frames
    if left and file.can_seek():
        # as load does: in mp3 this changes the last bits of the first samples
        file.seek(0)
    while left:
        block = Collector(file.channels, min(block_frames, left), dtype)
        read(file, min(block_frames, left), dtype, block)
        if not block.frames:
            return
        left = left - block.frames if block.frames == block_frames else 0
        yield block.result()
