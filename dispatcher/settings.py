"""The flags of the per-call mechanism: how the releases differ in it, as data.

Each flag is declared in the package that reads it: the dispatcher's here, the global backend's in
``legacy.settings``, the module tree's in ``compat.releases``. Each layer extends the class of the
layer below, so one frozen object travels down through all of them.
"""

from __future__ import annotations

import dataclasses
from typing import Any, Literal


def flag(default: Any, doc: str, values: tuple[Any, ...] | None = None) -> Any:
    """Return a dataclass field with its documentation and, unless it is open, its allowed
    values.
    """
    if values is None and isinstance(default, bool):
        values = (False, True)
    return dataclasses.field(default=default, metadata={"doc": doc, "values": values})


@dataclasses.dataclass(frozen=True, kw_only=True)
class Settings:
    """The flags that ``dispatcher`` reads."""

    choice_order: tuple[str, ...] = flag(
        ("ffmpeg", "sox", "soundfile"),
        "The order in which backends are asked when a call names none. The first one that accepts the input serves the call, "
        "as in 2.0 to 2.8; if it then fails, no other backend is tried.",
    )
    save_compression: bool = flag(
        True,
        "The per-call `save` has the parameter `compression`: not in 2.0, but from 2.1 on.",
    )
    bytes_paths: bool = flag(
        True,
        "The ffmpeg backend takes a path given as `bytes`. It did until 2.1; 2.2 and later do not find such a path (RuntimeError).",
    )
    sox_path_objects: Literal["never", "load and save", "always"] = flag(
        "never",
        "Where the per-call sox backend takes `pathlib.Path`. Until 2.2 nowhere (RuntimeError: it wants `str`); in 2.8 in `load` "
        "and `save`. Set `always` (or `True`) for code of mixed ages.",
        ("never", "load and save", "always"),
    )
    sox_signed_bits: int = flag(
        16,
        "Bits per sample that the sox backend writes to wav and amb with `encoding='PCM_S'` and no `bits_per_sample`: 32 in 2.0, "
        "16 from 2.1 on.",
        (16, 32),
    )
    unseekable_objects: bool = flag(
        False,
        "Read a file object whose `seek` raises (a socket, a pipe, urllib's response) into memory and decode it from there. "
        "In 2.1 to 2.8 ffmpeg let the object's own OSError through, and soundfile raised RuntimeError. Objects without `seek` "
        "are always read into memory.",
    )
    exact_num_frames: bool = flag(
        False,
        "Make `info().num_frames` equal what `load` returns, with every backend. In 2.1 to 2.8 the ffmpeg backend reported the "
        "number of packets for containers that store it (mp4, m4a, mov: 27 for 26,624 frames); sox and soundfile reported what "
        "the header says (0, 2^31-1 or 2^63-1 for a piped recording). With sox and soundfile this decodes the whole file.",
    )
    truncated: Literal["ignore", "warn", "error"] = flag(
        "warn",
        "What `load` does if a file holds fewer frames than its header says. `ignore` and `warn` return the samples that are "
        "there, and `warn` warns with both numbers (`TruncatedInputWarning`); `error` raises RuntimeError. No release reported "
        "this. It is seen in the headers of wav, flac, aiff, au, caf, w64, SPHERE and of mp3 with a Xing header, and in the "
        "structure of ogg, opus, webm, mkv, mp4, wma, avi, WavPack and TTA.",
        ("ignore", "warn", "error"),
    )
    also_open: tuple[str, ...] = flag(
        (),
        "Names of FFmpeg's demuxers and protocols (`hls`, `concat`, `data`, ...) that a file may make FFmpeg open, besides the "
        "safe ones. No preset has any: a playlist, or a file named like one, opens nothing. The releases opened whatever FFmpeg "
        "opens.",
    )
    network_timeout: float = flag(
        30.0,
        "The longest wait in seconds for an http(s) server to connect, and for each further piece of data; after it RuntimeError "
        "is raised. The releases waited for ever.",
    )
    follow_redirects: Literal["never", "same host", "any host"] = flag(
        "same host",
        "Which redirects of an http(s) server `load`, `info` and `StreamReader` follow: none, those to the same host and port "
        "(or to https on that host), or all. No value lets a server with a public address redirect to this machine or its "
        "network. In the releases FFmpeg followed every redirect.",
        ("never", "same host", "any host"),
    )
    scale_integers: bool = flag(
        True,
        "`save` of 2.9 scales integer samples to [-1, 1], with a warning. The release took their values as float samples, which "
        "turns sound into noise; this is our one departure.",
    )
