"""Names that old code reaches for and that a release lacks: since when, and what replaces them.

Those that went before 2.0 stand here; those that went later in ``compat.deprecations``, with the release that deprecated them.
The sources are torchaudio's own announcements: github.com/pytorch/audio issue 903, pull requests 709, 977 and 975.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from compat.deprecations import FACTS

if TYPE_CHECKING:
    from compat.releases import Release


class Gone(NamedTuple):
    """The first release that lacks a name, and what to do instead."""

    removed_in: str
    advice: str


_LOAD_WAV = Gone("0.9", "torchaudio.load(path)[0] * 2**15 gives its 16-bit numbers.")
_AUTOMATIC = Gone("0.9 at the latest", "libsox is started and ended by itself: delete the call.")
_METADATA = Gone("0.9", "info(path) gives one AudioMetaData: .sample_rate, .num_frames, .num_channels, .bits_per_sample, .encoding.")
_ARGUMENTS = Gone("0.9", "save(path, waveform, sample_rate, encoding=..., bits_per_sample=..., format=...) takes what it held.")
_CHAIN = Gone("0.8", "sox_effects.apply_effects_file(path, [[NAME, OPTION, ...], ...]) does what a chain did, where libsox is there.")
_SOX = Gone("0.9", 'The backend "sox_io" replaced it: use torchaudio.load, .save and .info, or torchaudio.backend.sox_io_backend.')

BEFORE_2_0 = {
    "load_wav": _LOAD_WAV,
    "backend.sox_io_backend.load_wav": _LOAD_WAV,
    "backend.soundfile_backend.load_wav": _LOAD_WAV,
    "backend.no_backend.load_wav": _LOAD_WAV,
    "initialize_sox": _AUTOMATIC,
    "shutdown_sox": _AUTOMATIC,
    "SignalInfo": _METADATA,
    "EncodingInfo": _METADATA,
    "backend.common.SignalInfo": _METADATA,
    "backend.common.EncodingInfo": _METADATA,
    "sox_signalinfo_t": _ARGUMENTS,
    "sox_encodinginfo_t": _ARGUMENTS,
    "sox_encoding_t": _ARGUMENTS,
    "sox_option_t": _ARGUMENTS,
    "sox_bool": _ARGUMENTS,
    "save_encinfo": _ARGUMENTS,
    "get_sox_encoding_t": _ARGUMENTS,
    "get_sox_option_t": _ARGUMENTS,
    "get_sox_bool": _ARGUMENTS,
    "sox_effects.SoxEffectsChain": _CHAIN,
    "sox_effects.SoxEffect": _CHAIN,
    "backend.sox_backend": _SOX,
}


def of(name: str, release: Release) -> Gone | None:
    """What became of ``torchaudio.NAME`` before the release, by the name itself or by the module it was in; ``None`` if nothing did."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        path = ".".join(parts[:length])
        if path in BEFORE_2_0:
            return BEFORE_2_0[path]
        fact = FACTS.get(path)
        if fact is not None and fact.removed_in and not release.old_names:
            return Gone(fact.removed_in, fact.advice)
    return None


def has_names_in(path: str) -> bool:
    """Whether names went that were in the submodule itself."""
    return any(name.rpartition(".")[0] == path for name in BEFORE_2_0) if path else False
