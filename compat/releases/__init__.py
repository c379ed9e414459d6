"""Describe each release as one frozen object of flags.

The differences between releases are data here; no code compares version numbers. A flag is declared
in the layer that reads it (``dispatcher.settings``, ``legacy.settings``, or here for the module
tree), with its documentation.
"""

from __future__ import annotations

import dataclasses
import difflib
import functools
import os
from typing import Any, Literal

import legacy.settings
from compat.names import alike, wheel_names
from compat.releases.fields import Flag, of
from dispatcher.errors import ArgumentError

VERSION_VARIABLE = "TORCHAUDIO_COMPAT_VERSION"
BACKENDS_VARIABLE = "TORCHAUDIO_COMPAT_BACKENDS"
DISPATCHER_VARIABLE = "TORCHAUDIO_USE_BACKEND_DISPATCHER"
DEFAULT = "2.2"
_IDENTITY = ("name", "last_patch")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Release(legacy.settings.Settings):
    """The behaviour of a release of torchaudio, as flags.

    Override any flag in ``compat.install`` or with ``dataclasses.replace``. The flags of the
    dispatcher and of the global backend are inherited.

    Example:
        install(dataclasses.replace(release("2.2"), truncated="ignore"))
    """

    name: str = "2.2"
    """The release, as it is pinned."""

    last_patch: str = "2.2.2"
    """Its last patch release; `torchaudio.__version__` is this with `+compat` after it."""

    dispatcher: bool = True
    """`load`, `info` and `save` choose a backend for each call, unless the variable
    `TORCHAUDIO_USE_BACKEND_DISPATCHER` says otherwise. Off in 2.0, on since 2.1.
    """

    dispatcher_variable: Literal["opt-in", "opt-out", "ignored"] = "ignored"
    """What the variable `TORCHAUDIO_USE_BACKEND_DISPATCHER` does. It is read at import. In 2.0 only
    the value `1` turns the dispatcher on (opt-in). In 2.1 any value but `1` turns it off (opt-out).
    From 2.2 on it is not read.
    """

    variable_reread: bool = False
    """`get_audio_backend`, `set_audio_backend` and `list_audio_backends` read the variable again at
    each call, and warn if it is `1`. In 2.0 only.
    """

    legacy_getter: bool = False
    """What `get_audio_backend` and `list_audio_backends` do while the dispatcher is on. In 2.0 they
    still refer to the global backend: the first raises ValueError, the second lists `sox_io`. From
    2.1 on the first returns `None`, and the second lists the names for `backend=`.
    """

    global_backend: Literal["without dispatcher", "always", "never"] = "never"
    """When `set_audio_backend` works. In 2.0 and 2.1 it works while the dispatcher is off. From 2.2
    on it does nothing, `get_audio_backend` returns `None`, and both warn. No release has `always`
    (or `True`): with it, the dispatcher asks the global backend first if a call names no backend.
    """

    mixed_dialects: bool = False
    """Accept both `filepath=` and `uri=`, and `backend=` together with a global backend. For code
    that mixes old and new calls. In no release.
    """

    top_level_metadata: bool = True
    """`torchaudio.AudioMetaData` exists. From 2.1 on."""

    backend_modules_warn: bool = True
    """Access to a name in `torchaudio.backend.*` warns. From 2.1 on; in 2.0 these were plain
    modules.
    """

    backend_setters: bool = False
    """`torchaudio.backend.utils` exists, and `torchaudio.backend` has `set_audio_backend`,
    `get_audio_backend` and `list_audio_backends`. In 2.0 and 2.1.
    """

    backend_classes: bool = True
    """`torchaudio._backend.ffmpeg`, `.sox` and `.soundfile` exist, and `import torchaudio` also
    imports `_backend`. From 2.1 on.
    """

    names_warn: bool = False
    """`load`, `save`, `info` and all other functions that 2.9 removes or changes warn when they are
    called. In 2.8.
    """

    torchcodec_names: bool = False
    """`load_with_torchcodec` and `save_with_torchcodec` exist. From 2.8 on."""

    torchcodec: bool = False
    """`load` and `save` behave as in 2.9, where TorchCodec does everything: samples are always
    float32, and `backend`, `format`, `normalize`, `encoding` and `bits_per_sample` are ignored,
    with a warning. This is for a rehearsal: the backends of this package do the work.
    """

    rescue: bool = True
    """If the compiled part of the installed torchaudio does not load, import torchaudio without it,
    with one warning. Operators of this package replace the compiled ones. If the flag is off, a
    stand-in takes the name `torchaudio`. In no release.
    """

    real_version: bool = False
    """`torchaudio.__version__` stays the version of the installed torchaudio. If the flag is off,
    it is the version of the pinned release with `+compat` after it, because old code checks it. In
    no release.
    """

    stream_positional: bool = False
    """`StreamReader` and `StreamWriter` of `torchaudio.io` accept decoders, encoders, formats and
    filters by position, in the order of 2.0. They lack what 2.1 added: `num_channels` and `pts`,
    and in the writer `encoder_sample_rate`, `encoder_num_channels`, `filter_desc` and
    `codec_config`.
    In 2.0 only.
    """

    effector: bool = True
    """`torchaudio.io` has `AudioEffector` and `CodecConfig`. From 2.1 on."""

    torio: bool = True
    """The package `torio` exists (`torio.io`, `torio.utils`), and the classes of `torchaudio.io`
    come from it. In 2.2 to 2.8.
    """

    old_names: bool = True
    """`info`, `AudioMetaData`, `set_audio_backend`, `get_audio_backend`, `list_audio_backends`,
    `backend`, `io`, `sox_effects`, `kaldi_io` and the lists in `utils` exist. In 2.0 to 2.8.
    """


SPELLED = {
    "global_backend": {True: "always", False: "never"},
    "sox_path_objects": {True: "always", False: "never"},
}

_PRESETS: dict[str, Release] = {
    release.name: release
    for release in (
        Release(
            name="2.0",
            last_patch="2.0.2",
            dispatcher=False,
            dispatcher_variable="opt-in",
            variable_reread=True,
            legacy_getter=True,
            global_backend="without dispatcher",
            save_compression=False,
            sox_signed_bits=32,
            top_level_metadata=False,
            backend_modules_warn=False,
            backend_setters=True,
            backend_classes=False,
            stream_positional=True,
            effector=False,
            torio=False,
        ),
        Release(
            name="2.1",
            last_patch="2.1.2",
            dispatcher_variable="opt-out",
            global_backend="without dispatcher",
            sox_io_file_objects=False,
            sox_io_ffmpeg=False,
            backend_setters=True,
            torio=False,
        ),
        Release(
            name="2.2",
            last_patch="2.2.2",
            sox_io_file_objects=False,
            sox_io_ffmpeg=False,
            bytes_paths=False,
        ),
        Release(
            name="2.8",
            last_patch="2.8.0",
            sox_io_file_objects=False,
            sox_io_ffmpeg=False,
            bytes_paths=False,
            sox_path_objects="load and save",
            names_warn=True,
            torchcodec_names=True,
        ),
        Release(
            name="2.9",
            last_patch="2.9.1",
            sox_io_file_objects=False,
            sox_io_ffmpeg=False,
            bytes_paths=False,
            torchcodec_names=True,
            torchcodec=True,
            torio=False,
            old_names=False,
        ),
    )
}


def presets() -> dict[str, Release]:
    """Return the releases that differ in a flag by name, oldest first."""
    return dict(_PRESETS)


def names() -> list[str]:
    """Return the names of all releases, oldest first: the presets, and those that are like one."""
    return sorted((*_PRESETS, *alike.ALIKE), key=lambda name: int(name.partition(".")[2]))


def _release(name: str) -> Release | None:
    found = _PRESETS.get(alike.preset(name))
    if found is None or name == found.name:
        return found
    last_patch = wheel_names.table().patches[wheel_names.minor(name)]
    return dataclasses.replace(found, name=name, last_patch=last_patch)


@functools.cache
def flags() -> dict[str, Flag]:
    """Return the flags by name, without ``name`` and ``last_patch``, which identify the release."""
    return {name: flag for name, flag in of(Release).items() if name not in _IDENTITY}


def named(version: str | Release | None = None, **overrides: Any) -> Release:
    """Return a release, with single flags overridden.

    Args:
        version: ``"2.0"``, ``"2.0.2"``, a ``Release``; ``None`` for ``TORCHAUDIO_COMPAT_VERSION``,
            else 2.2. ``"2.3"`` to ``"2.7"`` have the flags of 2.2; ``"2.10"`` and ``"2.11"``, those
            of 2.9.
        overrides: flags by name.

    Raises:
        ValueError: an unknown release, flag, or value of a flag; the text lists the valid ones.
    """
    if isinstance(version, Release):
        release = version
    else:
        if isinstance(version, float):
            raise ArgumentError(
                f"write the release as text, as in {str(version)!r}: the numbers 2.1 and 2.10 are "
                "the same"
            )
        wanted = version if version is not None else os.environ.get(VERSION_VARIABLE) or DEFAULT
        found = _release(".".join(str(wanted).split("+")[0].split(".")[:2]))
        if found is None:
            where = "" if version is not None else f" (from the variable {VERSION_VARIABLE})"
            raise ArgumentError(
                f"there is no release {wanted!r}{where}; the releases are "
                f"{', '.join(names())}{_before_2_0(str(wanted))}"
            )
        release = found
    known = flags()
    for name, value in overrides.items():
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = f"do you mean {near[0]!r}?" if near else f"the flags are {', '.join(known)}"
            raise ArgumentError(f"there is no flag {name!r}; {hint}")
        if isinstance(value, bool):  # for flags with several words
            value = overrides[name] = SPELLED.get(name, {}).get(value, value)
        if isinstance(known[name].default, tuple) and not isinstance(value, tuple):
            value = overrides[name] = (value,) if isinstance(value, str) else tuple(value)
        values = known[name].values
        if values is not None and value not in values:
            raise ArgumentError(f"{name}={value!r} is none of {', '.join(map(repr, values))}")
    return dataclasses.replace(release, **overrides) if overrides else release


def _before_2_0(wanted: str) -> str:
    if not wanted.startswith(("0.", "1.")):
        return ""
    return (
        ". Code for 0.9 to 0.13 runs as 2.0 (there is no 1.x); rewrite code for 0.8 or older "
        "first: `torchaudio-compat codemod --diff .`, see the guide's page on 2.0"
    )


def changed(release: Release) -> dict[str, Any]:
    """Return the flags in which a release differs from its preset."""
    preset = _PRESETS.get(alike.preset(release.name), _PRESETS[DEFAULT])
    return {
        name: value
        for name in flags()
        if (value := getattr(release, name)) != getattr(preset, name)
    }


def backends(wanted: Any = None) -> tuple[str, ...] | None:
    """Return the backends to use: the argument, else ``TORCHAUDIO_COMPAT_BACKENDS``.

    Return ``None`` for all that work here.
    """
    if wanted is None:
        variable = os.environ.get(BACKENDS_VARIABLE)
        if not variable:
            return None
        wanted = variable
    if isinstance(wanted, str):
        wanted = [name.strip() for name in wanted.split(",") if name.strip()]
    return tuple(wanted)


def dispatcher_on(release: Release) -> bool:
    """Return whether the dispatcher is on, with the variable's present value."""
    value = os.environ.get(DISPATCHER_VARIABLE)
    if release.dispatcher_variable == "ignored" or value is None:
        return release.dispatcher
    if release.dispatcher_variable == "opt-in":
        return release.dispatcher or value == "1"
    return value == "1"
