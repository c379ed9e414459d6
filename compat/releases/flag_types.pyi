"""The flags of ``compat.install`` for type checkers and editors.

``migration_guide/generate.py`` writes this stub; change the flags where they are declared.
"""

from collections.abc import Iterable
from typing import Literal, TypedDict

class Flags(TypedDict, total=False):
    """Flags of a release by name; see ``compat.Release``."""

    choice_order: Iterable[str]
    """The order in which backends are asked if a call names none. The first that accepts the
    input serves the call, as in 2.0 to 2.8. If that backend then fails, the next one is not
    tried.
    """

    save_compression: bool
    """The `save` of the dispatcher has the parameter `compression`. From 2.1 on."""

    bytes_paths: bool
    """The ffmpeg backend accepts a path given as `bytes`. In 2.0 and 2.1; from 2.2 on `bytes`
    are the content of a file, so such a path is a RuntimeError.
    """

    sox_path_objects: Literal["never", "load and save", "always"] | bool
    """Which functions of the sox backend accept a `pathlib.Path`. In 2.0 to 2.2 none: it raises
    RuntimeError, only `str` works. In 2.8 `load` and `save`. Set it to `always` (or `True`) for
    code that mixes old and new calls.
    """

    sox_signed_bits: Literal[16, 32]
    """The bit depth of wav and amb files that the sox backend saves with `encoding='PCM_S'` and
    without `bits_per_sample`: 32 in 2.0, 16 from 2.1 on.
    """

    unseekable_objects: bool
    """Read a file object whose `seek` fails (a socket, a pipe, urllib's response) into memory to
    its end, and decode it from there. In 2.1 to 2.8 such an object raised its own OSError
    (ffmpeg) or RuntimeError (soundfile). Objects without `seek` are always read into memory.
    """

    exact_num_frames: bool
    """`info().num_frames` equals the number of frames that `load` returns, with every backend.
    In 2.1 to 2.8 the ffmpeg backend returned the number of packets for containers that store it
    (mp4, m4a, mov: 27 for 26,624 frames). sox and soundfile returned the number in the header
    (0, 2^31-1 or 2^63-1 for a recording that was piped). With sox and soundfile, the flag makes
    `info` decode the whole file.
    """

    truncated: Literal["ignore", "warn", "error"]
    """What `load`, `apply_effects_file`, and `StreamReader` at the end of its source, do with a
    file that holds fewer frames than its header promises. `ignore` and `warn` return the samples
    that are there; `warn` also issues a `TruncatedInputWarning` with the number of frames found
    and promised. `error` raises RuntimeError. The releases ignored it. It is detected by the
    header of wav, flac, aiff, au, caf, w64, SPHERE, and mp3 with a Xing header, and by the
    structure of ogg, opus, webm, mkv, mp4, wma, avi, WavPack and TTA.
    """

    also_open: Iterable[str]
    """Demuxers and protocols (`hls`, `concat`, `data`, ...) that FFmpeg may use for a file, in
    addition to the safe ones. Empty in every preset: a playlist, or a file named like one, is
    refused. The releases opened whatever FFmpeg opened.
    """

    network_timeout: float
    """How many seconds a connection to an http(s) server, and each wait for its data, may take.
    After that, RuntimeError. The releases waited forever.
    """

    follow_redirects: Literal["never", "same host", "any host"]
    """Where an http(s) server may redirect `load`, `info` and `StreamReader`. `never`: nowhere.
    `same host`: to other paths on the same host and port, or to https on the same host. `any
    host`: anywhere. With any value, a server with a public address cannot redirect to this
    machine or its local network. The releases followed every redirect that FFmpeg followed.
    """

    scale_integers: bool
    """`save` of 2.9 scales integer samples to [-1, 1], with a warning. The release treated them
    as float samples without scaling, which makes noise. This is the only place where the pinned
    2.9 differs from the release on purpose.
    """

    legacy_order: Iterable[str]
    """The order in which an import of torchaudio tries the global backends. If none works, there
    is no global backend, and `load`, `info` and `save` raise RuntimeError.
    """

    sox_io_file_objects: bool
    """The global sox_io backend accepts file objects, with a warning. In 2.0; from 2.1 on they
    raise RuntimeError.
    """

    sox_io_ffmpeg: bool
    """The global sox_io backend lets FFmpeg read files that libsox cannot read, and all mp3 file
    objects. In 2.0; from 2.1 on it does not.
    """

    bundled_libsox: bool
    """The global sox_io backend lets FFmpeg read mp3, mp2, AMR, GSM and Opus, by the format or
    extension that the call names, as the wheels of 0.12 to 2.0 did: the libsox in them cannot
    read these. Without FFmpeg it refuses them. If the flag is off, the system's libsox reads
    them, as with `backend="sox"`, and keeps the padding of an mp3. Off in every release; turn it
    on, with 2.0, if your program ran on such a wheel.
    """

    sox_io_stand_in: bool
    """If libsox is missing, `set_audio_backend('sox_io')` uses soundfile instead, with a
    warning. In no release: wheels up to 2.0 contained libsox, so old code never checks whether
    it is there.
    """

    dispatcher: bool
    """`load`, `info` and `save` choose a backend for each call, unless the variable
    `TORCHAUDIO_USE_BACKEND_DISPATCHER` says otherwise. Off in 2.0, on since 2.1.
    """

    dispatcher_variable: Literal["opt-in", "opt-out", "ignored"]
    """What the variable `TORCHAUDIO_USE_BACKEND_DISPATCHER` does. It is read at import. In 2.0
    only the value `1` turns the dispatcher on (opt-in). In 2.1 any value but `1` turns it off
    (opt-out). From 2.2 on it is not read.
    """

    variable_reread: bool
    """`get_audio_backend`, `set_audio_backend` and `list_audio_backends` read the variable again
    at each call, and warn if it is `1`. In 2.0 only.
    """

    legacy_getter: bool
    """What `get_audio_backend` and `list_audio_backends` do while the dispatcher is on. In 2.0
    they still refer to the global backend: the first raises ValueError, the second lists
    `sox_io`. From 2.1 on the first returns `None`, and the second lists the names for
    `backend=`.
    """

    global_backend: Literal["without dispatcher", "always", "never"] | bool
    """When `set_audio_backend` works. In 2.0 and 2.1 it works while the dispatcher is off. From
    2.2 on it does nothing, `get_audio_backend` returns `None`, and both warn. No release has
    `always` (or `True`): with it, the dispatcher asks the global backend first if a call names
    no backend.
    """

    mixed_dialects: bool
    """Accept both `filepath=` and `uri=`, and `backend=` together with a global backend. For
    code that mixes old and new calls. In no release.
    """

    top_level_metadata: bool
    """`torchaudio.AudioMetaData` exists. From 2.1 on."""

    backend_modules_warn: bool
    """Access to a name in `torchaudio.backend.*` warns. From 2.1 on; in 2.0 these were plain
    modules.
    """

    backend_setters: bool
    """`torchaudio.backend.utils` exists, and `torchaudio.backend` has `set_audio_backend`,
    `get_audio_backend` and `list_audio_backends`. In 2.0 and 2.1.
    """

    backend_classes: bool
    """`torchaudio._backend.ffmpeg`, `.sox` and `.soundfile` exist, and `import torchaudio` also
    imports `_backend`. From 2.1 on.
    """

    names_warn: bool
    """`load`, `save`, `info` and all other functions that 2.9 removes or changes warn when they
    are called. In 2.8.
    """

    torchcodec_names: bool
    """`load_with_torchcodec` and `save_with_torchcodec` exist. From 2.8 on."""

    torchcodec: bool
    """`load` and `save` behave as in 2.9, where TorchCodec does everything: samples are always
    float32, and `backend`, `format`, `normalize`, `encoding` and `bits_per_sample` are ignored,
    with a warning. This is for a rehearsal: the backends of this package do the work.
    """

    rescue: bool
    """If the compiled part of the installed torchaudio does not load, import torchaudio without
    it, with one warning. Operators of this package replace the compiled ones. If the flag is
    off, a stand-in takes the name `torchaudio`. In no release.
    """

    real_version: bool
    """`torchaudio.__version__` stays the version of the installed torchaudio. If the flag is
    off, it is the version of the pinned release with `+compat` after it, because old code checks
    it. In no release.
    """

    stream_positional: bool
    """`StreamReader` and `StreamWriter` of `torchaudio.io` accept decoders, encoders, formats
    and filters by position, in the order of 2.0. They lack what 2.1 added: `num_channels` and
    `pts`, and in the writer `encoder_sample_rate`, `encoder_num_channels`, `filter_desc` and
    `codec_config`. In 2.0 only.
    """

    effector: bool
    """`torchaudio.io` has `AudioEffector` and `CodecConfig`. From 2.1 on."""

    torio: bool
    """The package `torio` exists (`torio.io`, `torio.utils`), and the classes of `torchaudio.io`
    come from it. In 2.2 to 2.8.
    """

    old_names: bool
    """`info`, `AudioMetaData`, `set_audio_backend`, `get_audio_backend`, `list_audio_backends`,
    `backend`, `io`, `sox_effects`, `kaldi_io` and the lists in `utils` exist. In 2.0 to 2.8.
    """
