"""List the names that went before 2.0, which no pinned release has, with their replacements.

The names are read from the wheels of 0.7.2, 0.8.1 and 0.9.1, which the tests read again. Their
removal was announced in github.com/pytorch/audio issue 903 and done in pull requests 709 (starting
and ending sox), 977 (chains) and 1311 (the rest). The drop-in gives this advice when old code uses
such a name, the codemod when it finds one.
"""

from __future__ import annotations

from typing import NamedTuple


class Gone(NamedTuple):
    """The first release that lacks a name, and what to do instead."""

    removed_in: str
    advice: str


LOAD_WAV = Gone("0.9", "torchaudio.load(path)[0] * 2**15 gives its 16-bit numbers.")
AUTOMATIC = Gone("0.8", "libsox starts and stops automatically: delete the call.")
_METADATA = Gone(
    "0.9",
    "info(path) gives one AudioMetaData: .sample_rate, .num_frames, .num_channels, .bits_per_sample, .encoding.",
)
_ARGUMENTS = Gone(
    "0.9",
    "save(path, waveform, sample_rate, encoding=..., bits_per_sample=..., format=...) takes these values.",
)
_CHAIN = Gone(
    "0.8",
    "sox_effects.apply_effects_file(path, [[NAME, OPTION, ...], ...]) does what a chain did, if libsox is installed.",
)
_SOX = Gone(
    "0.9",
    'The backend "sox_io" replaced it: use torchaudio.load, .save and .info, or torchaudio.backend.sox_io_backend.',
)

_STRUCTURES = (
    "sox_signalinfo_t",
    "sox_encodinginfo_t",
    "get_sox_encoding_t",
    "get_sox_option_t",
    "get_sox_bool",
)

BEFORE_2_0 = {
    "load_wav": LOAD_WAV,
    "backend.sox_io_backend.load_wav": LOAD_WAV,
    "backend.soundfile_backend.load_wav": LOAD_WAV,
    "backend.no_backend.load_wav": LOAD_WAV,
    "initialize_sox": AUTOMATIC,
    "shutdown_sox": AUTOMATIC,
    **{
        f"{home}{name}": _METADATA
        for home in ("", "backend.", "backend.common.")
        for name in ("SignalInfo", "EncodingInfo")
    },
    **{
        f"{home}{name}": _ARGUMENTS
        for home in ("", "backend.")
        for name in (*_STRUCTURES, "save_encinfo")
    },
    "sox_effects.SoxEffectsChain": _CHAIN,
    "sox_effects.SoxEffect": _CHAIN,
    "backend.sox_backend": _SOX,
}
