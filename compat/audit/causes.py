"""Name the known causes of differences; the guide's page on backends establishes each."""

from collections.abc import Callable

from compat.audit.inputs import formats
from compat.audit.rows import Row

_DROP_PADDING = frozenset({"ffmpeg", "soundfile"})
# the longest padding seen is 2,257 frames: encoder delay, decoder delay and a frame of header
_LONGEST_PADDING = 4096
# a packet of AAC or ALAC has 1,024 frames or more
_FRAMES_A_PACKET = 512


def _mp3_padding(row: Row) -> bool:
    """Return whether the side that drops an mp3's padding is the one that begins later."""
    if (
        row.kind != "shifted"
        or formats.extension(row.path) != "mp3"
        or not row.shift
        or abs(row.shift) > _LONGEST_PADDING
    ):
        return False
    keeps, drops = (
        (row.from_backend, row.to_backend) if row.shift > 0 else (row.to_backend, row.from_backend)
    )
    # which backend the torchaudio of another environment chose is not known; the shift shows enough
    return keeps == "sox" and (drops in _DROP_PADDING or str(drops).startswith("torchaudio "))


def _packets_counted(row: Row) -> bool:
    """Return whether ``info`` of a side gave packets, and this is all that differs."""
    if (
        row.kind != "metadata"
        or row.fields != "info_frames"
        or formats.extension(row.path) not in ("m4a", "mp4")
    ):
        return False
    sides = (
        (row.from_backend, row.from_frames, row.from_info_frames),
        (row.to_backend, row.to_frames, row.to_info_frames),
    )
    return any(
        backend == "ffmpeg" and (frames or 0) >= _FRAMES_A_PACKET * (told or 0) > 0
        for backend, frames, told in sides
    )


# the causes as they follow a colon, and which rows each explains
_CAUSES: dict[str, Callable[[Row], bool]] = {
    "libsox keeps the encoder's padding of an mp3; FFmpeg and libsndfile drop it": _mp3_padding,
    "info of the ffmpeg backend returns the number of packets here": _packets_counted,
}


def of(row: Row) -> str:
    """Return the cause that explains a row, or ""."""
    return next((text for text, explains in _CAUSES.items() if explains(row)), "")
