"""Tell libsndfile's subtypes in torchaudio's words, and the subtype in which samples are stored."""

from typing import Any, TypeAlias

from dispatcher import arguments
from dispatcher.errors import ArgumentError
from dispatcher.metadata import AudioMetaData

# dtype for ``normalize=False`` by subtype of a WAV file; other containers always give float32
NATIVE_DTYPE = {
    "PCM_16": "int16",
    "PCM_32": "int32",
    "FLOAT": "float32",
    "DOUBLE": "float64",
}

# what ``info`` reports for a subtype; torchaudio does not know other subtypes, and gets a warning
BITS = {
    "PCM_S8": 8, "PCM_16": 16, "PCM_24": 24, "PCM_32": 32, "PCM_U8": 8, "FLOAT": 32, "DOUBLE": 64,
    "ULAW": 8, "ALAW": 8, "IMA_ADPCM": 0, "MS_ADPCM": 0, "GSM610": 0, "VOX_ADPCM": 0, "G721_32": 0,
    "G723_24": 0, "G723_40": 0, "DWVW_12": 12, "DWVW_16": 16, "DWVW_24": 24, "DWVW_N": 0,
    "DPCM_8": 8, "DPCM_16": 16, "VORBIS": 0, "ALAC_16": 16, "ALAC_20": 20, "ALAC_24": 24,
    "ALAC_32": 32,
}  # fmt: skip
_ENCODING = {
    "PCM_S8": "PCM_S", "PCM_16": "PCM_S", "PCM_24": "PCM_S", "PCM_32": "PCM_S", "PCM_U8": "PCM_U",
    "FLOAT": "PCM_F", "DOUBLE": "PCM_F", "ULAW": "ULAW", "ALAW": "ALAW", "VORBIS": "VORBIS",
}  # fmt: skip

BIT_DEPTHS = (None, 8, 16, 24, 32, 64)
_WAV_BY_DTYPE = {
    "uint8": "PCM_U8",
    "int16": "PCM_16",
    "int32": "PCM_32",
    "float32": "FLOAT",
    "float64": "DOUBLE",
}
# subtype by container, encoding and bit depth; the releases refused every other combination
_Table: TypeAlias = dict[str | None, dict[int | None, str]]
_WAV: _Table = {
    None: {8: "PCM_U8", 16: "PCM_16", 24: "PCM_24", 32: "PCM_32"},
    "PCM_S": {None: "PCM_32", 16: "PCM_16", 24: "PCM_24", 32: "PCM_32"},
    "PCM_U": {None: "PCM_U8", 8: "PCM_U8"},
    "PCM_F": {None: "FLOAT", 32: "FLOAT", 64: "DOUBLE"},
    "ULAW": {None: "ULAW", 8: "ULAW"},
    "ALAW": {None: "ALAW", 8: "ALAW"},
}
_SPHERE_PCM: dict[int | None, str] = {None: "PCM_32", 16: "PCM_16", 24: "PCM_24", 32: "PCM_32"}
_SPHERE: _Table = {
    None: _SPHERE_PCM,
    "PCM_S": _SPHERE_PCM,
    "ULAW": {None: "ULAW", 8: "ULAW"},
    "ALAW": dict.fromkeys(BIT_DEPTHS, "ALAW"),
}
_FLAC: _Table = {None: {None: "PCM_16", 8: "PCM_S8", 16: "PCM_16", 24: "PCM_24"}}
_VORBIS: _Table = {None: {None: "VORBIS"}}
_BY_CONTAINER: dict[str, _Table] = {
    "wav": _WAV, "flac": _FLAC, "ogg": _VORBIS, "vorbis": _VORBIS, "sph": _SPHERE,
}  # fmt: skip
_FIXED = {"nis": "PCM_16", "nist": "PCM_16", "mp3": "MPEG_LAYER_III"}


def stored(dtype: str, container: str, encoding: str | None, bits: int | None) -> str:
    """Return the libsndfile subtype in which the releases stored this.

    Raises:
        ArgumentError: (a ValueError) the releases refused the combination.
    """
    if container in _FIXED:
        return _FIXED[container]
    if not container:
        raise ArgumentError(arguments.NO_EXTENSION)
    table = _BY_CONTAINER.get(container)
    if table is None:
        raise ArgumentError(
            f"it does not write {container!r}; it writes "
            f"{', '.join(sorted({*_BY_CONTAINER, *_FIXED}))}"
        )
    if container == "wav" and encoding is None and bits is None:
        if dtype not in _WAV_BY_DTYPE:
            raise ArgumentError(
                f"it cannot write {dtype} to wav; convert the tensor to one of "
                f"{', '.join(_WAV_BY_DTYPE)}"
            )
        return _WAV_BY_DTYPE[dtype]
    return arguments.stored_as(table, container, encoding, bits, ArgumentError)


def metadata(file: Any) -> AudioMetaData:
    """Return what ``info`` returns for an open file."""
    encoding = "FLAC" if file.format == "FLAC" else _ENCODING.get(file.subtype, "UNKNOWN")
    return AudioMetaData(
        file.samplerate, file.frames, file.channels, BITS.get(file.subtype, 0), encoding
    )
