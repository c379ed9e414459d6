"""The flags of the dispatcher: how the releases differ in it, as data.

Each flag is declared in the package that reads it: the dispatcher's here, the global backend's in
``legacy.settings``, the module tree's in ``compat.releases``. Each layer extends the class of the
layer below, so one frozen object travels down through all of them. The text below a flag is its
documentation, for editors, for ``help(compat.Release)`` and for the guide.
"""

from __future__ import annotations

import dataclasses
from typing import Literal


@dataclasses.dataclass(frozen=True, kw_only=True)
class Settings:
    """The flags that ``dispatcher`` reads."""

    choice_order: tuple[str, ...] = ("ffmpeg", "sox", "soundfile")
    """The order in which backends are asked if a call names none. The first that accepts the input
    serves the call, as in 2.0 to 2.8. If that backend then fails, the next one is not tried.
    """

    save_compression: bool = True
    """The `save` of the dispatcher has the parameter `compression`. From 2.1 on."""

    bytes_paths: bool = True
    """The ffmpeg backend accepts a path given as `bytes`. In 2.0 and 2.1; from 2.2 on `bytes` are
    the content of a file, so such a path is a RuntimeError.
    """

    sox_path_objects: Literal["never", "load and save", "always"] = "never"
    """Which functions of the sox backend accept a `pathlib.Path`. In 2.0 to 2.2 none: it raises
    RuntimeError, only `str` works. In 2.8 `load` and `save`. Set it to `always` (or `True`) for
    code that mixes old and new calls.
    """

    sox_signed_bits: Literal[16, 32] = 16
    """The bit depth of wav and amb files that the sox backend saves with `encoding='PCM_S'` and
    without `bits_per_sample`: 32 in 2.0, 16 from 2.1 on.
    """

    unseekable_objects: bool = False
    """Read a file object whose `seek` fails (a socket, a pipe, urllib's response) into memory to
    its end, and decode it from there. In 2.1 to 2.8 such an object raised its own OSError (ffmpeg)
    or RuntimeError (soundfile). Objects without `seek` are always read into memory.
    """

    exact_num_frames: bool = False
    """`info().num_frames` equals the number of frames that `load` returns, with every backend. In
    2.1 to 2.8 the ffmpeg backend returned the number of packets for containers that store it (mp4,
    m4a, mov: 27 for 26,624 frames). sox and soundfile returned the number in the header (0, 2^31-1
    or 2^63-1 for a recording that was piped). With sox and soundfile, the flag makes `info` decode
    the whole file.
    """

    truncated: Literal["ignore", "warn", "error"] = "warn"
    """What `load`, `apply_effects_file`, and `StreamReader` at the end of its source, do with a
    file that holds fewer frames than its header promises. `ignore` and `warn` return the samples
    that are there; `warn` also issues a `TruncatedInputWarning` with the number of frames found and
    promised. `error` raises RuntimeError. The releases ignored it. It is detected by the header of
    wav, flac, aiff, au, caf, w64, SPHERE, and mp3 with a Xing header, and by the structure of ogg,
    opus, webm, mkv, mp4, wma, avi, WavPack and TTA.
    """

    also_open: tuple[str, ...] = ()
    """Demuxers and protocols (`hls`, `concat`, `data`, ...) that FFmpeg may use for a file, in
    addition to the safe ones. Empty in every preset: a playlist, or a file named like one, is
    refused. The releases opened whatever FFmpeg opened.
    """

    network_timeout: float = 30.0
    """How many seconds a connection to an http(s) server, and each wait for its data, may take.
    After that, RuntimeError. The releases waited forever.
    """

    follow_redirects: Literal["never", "same host", "any host"] = "same host"
    """Where an http(s) server may redirect `load`, `info` and `StreamReader`. `never`: nowhere.
    `same host`: to other paths on the same host and port, or to https on the same host. `any host`:
    anywhere. With any value, a server with a public address cannot redirect to this machine or its
    local network. The releases followed every redirect that FFmpeg followed.
    """

    scale_integers: bool = True
    """`save` of 2.9 scales integer samples to [-1, 1], with a warning. The release treated them as
    float samples without scaling, which makes noise. This is the only place where the pinned 2.9
    differs from the release on purpose.
    """
