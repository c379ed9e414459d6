"""libsox' encodings, and how torchaudio names and chooses them.

The numbers are those of the enum in sox.h 14.4.2. ``tests/oracle`` (cases ``save/*/sox``) records
what ``save`` stores for a container, dtype, encoding and bit depth, and what it refuses.
"""

from typing import NamedTuple, TypeAlias

from dispatcher import arguments
from dispatcher.errors import BackendError

SIGN2, UNSIGNED, FLOAT, FLAC, ULAW, ALAW, GSM, MP3, VORBIS, AMR_WB, AMR_NB, CVSD, OPUS = (
    1, 2, 3, 5, 9, 10, 21, 22, 23, 24, 25, 26, 28
)  # fmt: skip

NAMES = {
    SIGN2: "PCM_S", UNSIGNED: "PCM_U", FLOAT: "PCM_F", FLAC: "FLAC", ULAW: "ULAW", ALAW: "ALAW",
    MP3: "MP3", VORBIS: "VORBIS", AMR_WB: "AMR_WB", AMR_NB: "AMR_NB", OPUS: "OPUS", GSM: "GSM",
}  # fmt: skip

# each sample, or each frame of flac, can be decoded alone, so libsox seeks exactly
SEEKABLE = frozenset({SIGN2, UNSIGNED, FLOAT, FLAC, ULAW, ALAW})
# their pieces have wrong samples or lack the last: what libsox reads through libsndfile, and smp
LOST_IN = frozenset(
    {"paf", "fap", "caf", "mat4", "mat5", "mat", "w64", "sds", "sd2", "xi", "pvf", "smp", "sndfile"}
)
# libsox counts the bits in these files as samples: there are half as many
MISCOUNTED = frozenset({CVSD})
# These have at most 24 bits where the precision says so, and fit into a float32. Decoders of other
# encodings give 32 bits, whatever their precision says.
SHORT = frozenset({SIGN2, UNSIGNED, FLAC, ULAW, ALAW})

# dtype of ``normalize=False`` by encoding and precision; everything else is float32
NATIVE_DTYPE = {
    (UNSIGNED, 8): "uint8",
    (SIGN2, 16): "int16",
    (SIGN2, 24): "int32",
    (SIGN2, 32): "int32",
}

# encoding and precision (bits) by which libsox knows a tensor's samples
BY_DTYPE = {
    "float32": (FLOAT, 32),
    "int32": (SIGN2, 32),
    "int16": (SIGN2, 16),
    "uint8": (UNSIGNED, 8),
}

_BIT_DEPTHS = (None, 8, 16, 24, 32, 64)
_Table: TypeAlias = dict[str | None, dict[int | None, tuple[int, int]]]
_SIGNED: dict[int | None, tuple[int, int]] = {bits: (SIGN2, bits) for bits in (16, 24, 32, 64)}
_WAV: _Table = {
    None: {8: (UNSIGNED, 8), **_SIGNED},
    "PCM_S": _SIGNED,
    "PCM_U": {None: (UNSIGNED, 8), 8: (UNSIGNED, 8)},
    "PCM_F": {None: (FLOAT, 32), 32: (FLOAT, 32), 64: (FLOAT, 64)},
    "ULAW": {None: (ULAW, 8), 8: (ULAW, 8)},
    "ALAW": {None: (ALAW, 8), 8: (ALAW, 8)},
}
_SPHERE_PCM: dict[int | None, tuple[int, int]] = {None: (SIGN2, 32), 8: (SIGN2, 8), **_SIGNED}
_SPHERE_ALAW: dict[int | None, tuple[int, int]] = {
    None: (ALAW, 8),
    **{bits: (ALAW, bits) for bits in (8, 16, 24, 32)},
}
_SPHERE: _Table = {
    None: _SPHERE_PCM,
    "PCM_S": _SPHERE_PCM,
    "ULAW": _WAV["ULAW"],
    "ALAW": _SPHERE_ALAW,
}
_BY_CONTAINER: dict[str, _Table] = {
    "wav": _WAV,
    "amb": _WAV,
    "sph": _SPHERE,
    "flac": {None: {None: (FLAC, 24), 8: (FLAC, 8), 16: (FLAC, 16), 24: (FLAC, 24)}},
    "mp3": {None: {None: (MP3, 16)}},
    "ogg": {None: {None: (VORBIS, 0)}},
    "vorbis": {None: {None: (VORBIS, 0)}},
    "amr-nb": {None: {None: (AMR_NB, 16)}},
    "gsm": {None: {None: (GSM, 16)}},
    "htk": {None: {None: (SIGN2, 16)}},
}
_MONO = ("amr-nb", "htk", "gsm")
_GSM_RATE = 8000


class Encoding(NamedTuple):
    """libsox' number of an encoding, and its bits per sample (0 where that has no meaning)."""

    number: int
    bits: int


def to_store(
    container: str,
    dtype: str,
    encoding: str | None,
    bits: int | None,
    channels: int,
    rate: float,
    signed_bits: int,
) -> Encoding:
    """Return the encoding in which the releases stored a tensor.

    ``signed_bits`` is the flag ``sox_signed_bits``.

    Raises:
        BackendError: (a RuntimeError) the releases refused the combination; the text lists what is
            allowed.
    """
    if bits not in _BIT_DEPTHS:
        raise BackendError(f"bits_per_sample={bits!r} is none of {_BIT_DEPTHS}")
    if not container:
        raise BackendError(arguments.NO_FORMAT)
    table = _BY_CONTAINER.get(container)
    if table is None:
        text = f"it does not write {container!r}; it writes {', '.join(_BY_CONTAINER)}"
        raise BackendError(f"{text}. compat.save(..., backend='ffmpeg') writes other formats")
    if container in _MONO and channels != 1:
        raise BackendError(f"{container} holds one channel, and the tensor has {channels}")
    if container == "gsm" and rate != _GSM_RATE:
        raise BackendError(
            f"gsm is always {_GSM_RATE} Hz, and sample_rate is {rate}; resample first"
        )
    if table is _WAV and encoding is None and bits is None:
        return Encoding(*BY_DTYPE[dtype])
    if table is _WAV and encoding == "PCM_S" and bits is None:
        bits = signed_bits
    return Encoding(*arguments.stored_as(table, container, encoding, bits, BackendError))
