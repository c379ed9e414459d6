"""What a release made of the per-call mechanism, as data.

Every flag is declared in the package that reads it: those of the dispatcher here, those of the global backend in
``legacy.settings``, those of the module tree in ``compat.releases``. Each layer extends the one below it, so one frozen
object travels down through all of them.
"""

from __future__ import annotations

import dataclasses
from typing import Any, Literal


def flag(default: Any, doc: str, values: tuple[Any, ...] | None = None) -> Any:
    """A dataclass field that carries its own documentation and, where it is not open, the values it may take."""
    if values is None and isinstance(default, bool):
        values = (False, True)
    return dataclasses.field(default=default, metadata={"doc": doc, "values": values})


@dataclasses.dataclass(frozen=True, kw_only=True)
class Settings:
    """The flags that ``dispatcher`` reads."""

    choice_order: tuple[str, ...] = flag(
        ("ffmpeg", "sox", "soundfile"),
        "The order in which backends are asked, where a call names none. The first that can take the input serves it, as in "
        "2.0 to 2.8; a backend that fails afterwards is not followed by the next.",
    )
    save_compression: bool = flag(
        True,
        "The per-call `save` has the parameter `compression`. Not in 2.0; from 2.1 on.",
    )
    bytes_paths: bool = flag(
        True,
        "The ffmpeg backend takes a path given as `bytes`. Until 2.1; from 2.2 on such a path was not found (RuntimeError).",
    )
    sox_path_objects: Literal["never", "load and save", "always"] = flag(
        "never",
        "Where the per-call sox backend takes `pathlib.Path`. Until 2.2 nowhere (RuntimeError, it wanted `str`), in 2.8 in `load` "
        "and `save`; turn it on (`always`, or `True`) for code of mixed ages.",
        ("never", "load and save", "always"),
    )
    sox_signed_bits: int = flag(
        16,
        "Bits in which the sox backend stores wav and amb with `encoding='PCM_S'` and no `bits_per_sample`: 32 in 2.0, 16 from 2.1 on.",
        (16, 32),
    )
    unseekable_objects: bool = flag(
        False,
        "A file object that has `seek` but refuses it (a socket, a pipe, urllib's response) is read to its end into memory and "
        "decoded from there. In 2.1 to 2.8 its own OSError came through (ffmpeg), or RuntimeError (soundfile). Objects without "
        "`seek` are always read so.",
    )
    exact_num_frames: bool = flag(
        False,
        "`info().num_frames` equals what `load` gives, with every backend. In 2.1 to 2.8 the ffmpeg backend reported the number of "
        "packets for containers that store it (mp4, m4a, mov: 27 for 26,624 frames), and sox and soundfile what a header says (0, "
        "2^31-1 or 2^63-1 for a recording that was piped). With sox and soundfile it costs decoding the file.",
    )
    truncated: Literal["ignore", "warn", "error"] = flag(
        "warn",
        "What `load` does where a file holds fewer frames than its header promises: the samples that are there come in any case but "
        "`error`; `warn` tells how many were found and promised (`TruncatedInputWarning`), `error` raises RuntimeError. No release "
        "told of it. Told by the headers of wav, flac, aiff, au, caf, w64, SPHERE, and of mp3 with a Xing header, and by "
        "the structure of ogg, opus, webm, mkv, mp4, wma, avi, WavPack and TTA.",
        ("ignore", "warn", "error"),
    )
    also_open: tuple[str, ...] = flag(
        (),
        "Names of FFmpeg's demuxers and protocols (`hls`, `concat`, `data`, ...) that a file may make it open beside the safe ones. "
        "None in any preset: a playlist, or a file named like one, opens nothing. The releases opened whatever FFmpeg did.",
    )
    network_timeout: float = flag(
        30.0,
        "Seconds that connecting to an http(s) server, and each wait for more of its data, may take; then RuntimeError. The releases "
        "waited for ever.",
    )
    follow_redirects: Literal["never", "same host", "any host"] = flag(
        "same host",
        "Where an http(s) server may send `load`, `info` and `StreamReader` on to: nowhere, to other places of the same host and port (or "
        "to https on it), or to any host. Whatever it is, a server with a public address leads to none of this machine or its network. "
        "The releases followed FFmpeg anywhere.",
        ("never", "same host", "any host"),
    )
    scale_integers: bool = flag(
        True,
        "`save` of 2.9 scales integer samples to [-1, 1], with a warning. The release took them for float samples as they were, "
        "which makes noise of them: this is our one departure.",
    )
