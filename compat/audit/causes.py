"""Name the known cause of a difference; the guide's page on backends establishes it."""

from compat.audit.inputs import formats
from compat.audit.rows import Row

_DROP_PADDING = frozenset({"ffmpeg", "soundfile"})
# the longest padding seen is 2,257 frames: encoder delay, decoder delay and a frame of header
_LONGEST_PADDING = 4096


def of(row: Row) -> str:
    """Return the cause that explains a row, as it follows a colon, or ""."""
    is_mp3 = formats.extension(row.path) == "mp3"
    if row.kind != "shifted" or not is_mp3 or not 0 < abs(row.shift or 0) <= _LONGEST_PADDING:
        return ""
    # the side that drops the padding is the one that begins later
    sides = row.from_backend, row.to_backend
    keeps, drops = sides if (row.shift or 0) > 0 else sides[::-1]
    # which backend the torchaudio of another environment chose is not known; the shift shows enough
    if keeps == "sox" and (drops in _DROP_PADDING or str(drops).startswith("torchaudio ")):
        return "libsox keeps the encoder's padding of an mp3; FFmpeg and libsndfile drop it"
    return ""
