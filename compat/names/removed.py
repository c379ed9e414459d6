"""What became of names of torchaudio: deprecated since when, removed when, and what replaces them.

The drop-in, the codemod, the doctor and the guide read this one table. ``wheel_names`` knows which
release from 2.0 on has which name, from the wheels. The names that were removed before 2.0 are from
the wheels of 0.7.2, 0.8.1 and 0.9.1, which the tests read again; no pinned release has them. Their
removal was announced in github.com/pytorch/audio issue 903 and done in pull requests 709 (starting
and ending sox), 977 (chains) and 1311 (the rest).
"""

from typing import NamedTuple

from compat.names import wheel_names


class Gone(NamedTuple):
    """The first release that lacks a name, and what to do instead."""

    removed_in: str
    advice: str


class Fate(NamedTuple):
    """Since when a name is deprecated, and what we tell its users.

    Attributes:
        deprecated_in: the first release that deprecates it; empty if none did.
        advice: what the drop-in says when a program uses the name.
        moving: what the codemod says if the target release lacks the name; empty if another rule
            says it.
    """

    deprecated_in: str = ""
    advice: str = ""
    moving: str = ""


_PER_CALL = (
    'Name the backend in each call: compat.load(path, backend="soundfile"). '
    '"sox_io" is called "sox" there.'
)
_STAYED = "Only 2.8 warns about it: 2.9 and later still have it."
_CHANGED = "In 2.9 it {} through TorchCodec, and ignores most arguments; compat.{}() honours them."
_IN_IO = "compat.io has it, with the same arguments: from compat.io import {}."
_CODEC = "Use AudioEffector(format=...) from compat.io."
_ASK_PYAV = "av.codecs_available, av.formats_available."

FATES = {
    "set_audio_backend": Fate("2.1", _PER_CALL),
    "get_audio_backend": Fate(
        "2.1",
        "There is no global backend from 2.2 on; list_audio_backends() lists the names for "
        "backend=.",
    ),
    "list_audio_backends": Fate("2.8", "Use compat.list_audio_backends()."),
    "backend": Fate(
        "2.1",
        f"Use compat.load, .save, .info and .AudioMetaData. {_PER_CALL}",
        "Use torchaudio.load, .save and .info; for 2.9 compat.info and compat.AudioMetaData.",
    ),
    "backend.utils": Fate("2.1", _PER_CALL),
    "_backend": Fate(moving="It is private; use torchaudio.load, .save and compat.info."),
    "info": Fate("2.8", "Use compat.info()."),
    "load": Fate("2.8", _CHANGED.format("reads", "load")),
    "save": Fate("2.8", _CHANGED.format("writes", "save")),
    **{
        f"io.{name}": Fate(moving=_IN_IO.format(name))
        for name in ("AudioEffector", "CodecConfig", "StreamWriter", "play_audio")
    },
    "io": Fate(
        "2.8",
        "Use compat.io: from compat.io import StreamReader.",
        _IN_IO.format("StreamReader"),
    ),
    "sox_effects": Fate(
        "2.8",
        "Use compat.sox_effects (needs libsox): from compat import sox_effects.",
        "compat.sox_effects has it, with the same arguments, if libsox is installed: from compat "
        "import sox_effects. Or use torchaudio.functional.",
    ),
    "kaldi_io": Fate("2.8", "Use the package kaldi_io itself.", "Use the package kaldi_io itself."),
    "utils.sox_utils": Fate(
        "2.8",
        'Use compat.standin("2.2").utils.sox_utils (needs libsox).',
        'compat.standin("2.2").utils.sox_utils has it, if libsox is installed.',
    ),
    "utils.ffmpeg_utils": Fate("2.8", f"Ask PyAV: {_ASK_PYAV}", f"Ask PyAV: {_ASK_PYAV}"),
    "utils.download_asset": Fate(
        moving="Use torch.hub.download_url_to_file(), which takes the whole address."
    ),
    "AudioMetaData": Fate("2.8", "Use compat.AudioMetaData."),
    "functional.forced_align": Fate("2.8", _STAYED),
    "functional.rnnt_loss": Fate("2.8", _STAYED),
    "functional.apply_codec": Fate("2.1", _CODEC, _CODEC),
    "functional.functional.apply_codec": Fate(moving=_CODEC),
    "functional.compute_kaldi_pitch": Fate(
        moving="Use functional.detect_pitch_frequency, or a package that has Kaldi's pitch."
    ),
    "transforms.RNNTLoss": Fate("2.8", _STAYED),
    "prototype": Fate(
        moving="It was never stable. Keep a copy of what you use from it, or stay at 2.8."
    ),
    "torio.utils": Fate(moving=f"FFmpeg is gone from torchaudio; ask PyAV: {_ASK_PYAV}"),
    "torio": Fate(
        moving="compat.io has it: StreamReader is StreamingMediaDecoder, StreamWriter is "
        "StreamingMediaEncoder, and CodecConfig."
    ),
}

# a real torchaudio provides these itself; under 2.8 they warn
OF_THE_PYTHON_PART = ("functional.forced_align", "functional.rnnt_loss", "transforms.RNNTLoss")


# what no release from 2.0 on has
LOAD_WAV = Gone("0.9", "torchaudio.load(path)[0] * 2**15 gives the same 16-bit numbers.")
AUTOMATIC = Gone("0.8", "libsox starts and stops automatically: delete the call.")
_METADATA = Gone(
    "0.9",
    "info(path) returns one AudioMetaData: .sample_rate, .num_frames, .num_channels, "
    ".bits_per_sample, .encoding.",
)
_ARGUMENTS = Gone(
    "0.9",
    "Pass these values to save(path, waveform, sample_rate, encoding=..., bits_per_sample=..., "
    "format=...).",
)
_CHAIN = Gone(
    "0.8",
    "sox_effects.apply_effects_file(path, [[NAME, OPTION, ...], ...]) does what a chain did, if "
    "libsox is installed.",
)
_SOX = Gone(
    "0.9",
    'The backend "sox_io" replaced it: use torchaudio.load, .save and .info, or '
    "torchaudio.backend.sox_io_backend.",
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

_AS_COMPLEX = "torch.view_as_complex(x)"
_NORM = Gone("0.11", f"{_AS_COMPLEX}.abs() ** power gives the same.")
_ANGLE = Gone("0.11", f"{_AS_COMPLEX}.angle() gives the same.")
_PARTS = Gone("0.11", f"z = {_AS_COMPLEX}; z.abs() ** power and z.angle() give the same.")
_FILTERS = Gone("0.11", "functional.melscale_fbanks() takes the same arguments.")
_ITERATOR = Gone("0.11", "Use torch.utils.data.DataLoader(data, batch_size=None, num_workers=1).")
_VCTK = Gone("0.11", "datasets.VCTK_092 is the newer version of that corpus.")

# What went before 2.0 and reads and writes no audio. Only the codemod tells of it: the drop-in
# leaves these modules to torchaudio itself.
BESIDE_IO = {
    **{
        f"{home}.{name}": went
        for home in ("functional", "functional.functional")
        for name, went in (
            ("angle", _ANGLE),
            ("complex_norm", _NORM),
            ("create_fb_matrix", _FILTERS),
            ("magphase", _PARTS),
        )
    },
    "transforms.ComplexNorm": _NORM,
    "compliance.kaldi.resample_waveform": Gone(
        "0.10", "functional.resample() takes the same arguments."
    ),
    "datasets.VCTK": _VCTK,
    "datasets.vctk.VCTK": _VCTK,
    **{
        f"datasets.{home}{name}": _ITERATOR
        for home in ("", "utils.")
        for name in ("bg_iterator", "diskcache_iterator")
    },
    "datasets.utils.download_url": Gone(
        "2.0", "Use torch.hub.download_url_to_file(url, path), which takes the path of the file."
    ),
    "datasets.utils.extract_archive": Gone("2.0", "Use shutil.unpack_archive(path, folder)."),
    "datasets.utils.makedir_exist_ok": Gone("0.8", "Use os.makedirs(path, exist_ok=True)."),
    "datasets.utils.stream_url": Gone("2.0", "Use urllib.request.urlopen(url)."),
    "datasets.utils.unicode_csv_reader": Gone("0.8", "Use csv.reader(file)."),
    "datasets.utils.validate_file": Gone("2.0", "Compare hashlib.file_digest(file, name)."),
    "datasets.utils.walk_files": Gone("0.8", "Use pathlib.Path(root).rglob(pattern)."),
}


def deprecated(name: str) -> bool:
    """Return whether a release deprecates ``torchaudio.NAME``."""
    return name in FATES and bool(FATES[name].deprecated_in)


def removed_in(name: str) -> str:
    """Return the first release without ``torchaudio.NAME``, as ``2.9``; "" if it is still there."""
    return BEFORE_2_0[name].removed_in if name in BEFORE_2_0 else wheel_names.removed_in(name)


def gone(name: str, *, old_names: bool) -> Gone | None:
    """Return since when ``torchaudio.NAME`` or its module is gone, if a release lacks it.

    Return ``None`` if the table does not say so. ``old_names`` is the release's flag: it still has
    what 2.9 removed.
    """
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        path = ".".join(parts[:length])
        if path in BEFORE_2_0:
            return BEFORE_2_0[path]
        if not old_names and deprecated(path) and (went := removed_in(path)):
            return Gone(went, FATES[path].advice)
    return None


def has_names_in(path: str) -> bool:
    """Return whether any name of this very submodule went before 2.0."""
    return any(name.rpartition(".")[0] == path for name in BEFORE_2_0) if path else False
