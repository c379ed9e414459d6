"""Describe each release as one frozen object of flags.

The differences between releases are data here; no code compares version numbers. A flag is declared
in the layer that reads it (``dispatcher.settings``, ``legacy.settings``, or here for the module
tree), with its documentation.
"""

from __future__ import annotations

import dataclasses
import os
from typing import Any, Literal

import legacy.settings
from dispatcher.errors import ArgumentError
from dispatcher.settings import flag

VERSION_VARIABLE = "TORCHAUDIO_COMPAT_VERSION"
BACKENDS_VARIABLE = "TORCHAUDIO_COMPAT_BACKENDS"
DISPATCHER_VARIABLE = "TORCHAUDIO_USE_BACKEND_DISPATCHER"
DEFAULT = "2.2"
_IDENTITY = ("name", "last_patch")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Release(legacy.settings.Settings):
    """The behaviour of a release of torchaudio, as flags.

    Override any flag in ``compat.install`` or with ``dataclasses.replace``. The flags of the
    per-call mechanism and of the global backend are inherited.
    """

    name: str = flag("2.2", "The release, as it is pinned.")
    last_patch: str = flag("2.2.2", "Its last patch release; `torchaudio.__version__` is this with `+compat` after it.")
    dispatcher: bool = flag(
        True,
        "`load`, `info` and `save` choose a backend at each call, unless the variable says otherwise. Off in 2.0, on from 2.1 on.",
    )
    dispatcher_variable: Literal["opt-in", "opt-out", "ignored"] = flag(
        "ignored",
        "What `TORCHAUDIO_USE_BACKEND_DISPATCHER` does, read at import: in 2.0 exactly `1` turns the dispatcher on (opt-in), in "
        "2.1 anything but `1` turns it off (opt-out), from 2.2 on it is not read.",
        ("opt-in", "opt-out", "ignored"),
    )
    variable_reread: bool = flag(
        False,
        "The getter, the setter and the lister read the variable again at each call, and warn where it is `1`. In 2.0 only.",
    )
    legacy_getter: bool = flag(
        False,
        "Where the dispatcher is on, the getter and the lister still speak of the global backend: the getter raises ValueError, "
        "the lister gives `sox_io`. In 2.0; from 2.1 on the getter gives `None` and the lister the per-call names.",
    )
    global_backend: Literal["without dispatcher", "always", "never"] = flag(
        "never",
        "Where `set_audio_backend` works: up to 2.1 where the dispatcher is off; from 2.2 on nowhere (it does nothing, the getter "
        "gives `None`, both warn). `always` (or `True`) is of ours: beside the dispatcher, the backend set is asked first by "
        "calls that name none.",
        ("without dispatcher", "always", "never"),
    )
    mixed_dialects: bool = flag(
        False,
        "Both `filepath=` and `uri=` are accepted, and `backend=` beside a global backend. In no release; for code of mixed ages.",
    )
    top_level_metadata: bool = flag(True, "`torchaudio.AudioMetaData` is there. From 2.1 on.")
    backend_modules_warn: bool = flag(
        True,
        "Reaching for a name in `torchaudio.backend.*` warns. From 2.1 on; in 2.0 these were plain modules.",
    )
    backend_setters: bool = flag(
        False,
        "`torchaudio.backend.utils`, and the setter, getter and lister in `torchaudio.backend`, are there. Until 2.1.",
    )
    backend_classes: bool = flag(
        True,
        "`torchaudio._backend.ffmpeg`, `.sox` and `.soundfile` are there, and `_backend` itself without importing it. From 2.1 on.",
    )
    names_warn: bool = flag(
        False,
        "Calling `load`, `save`, `info` and whatever else goes in 2.9 warns of that. In 2.8.",
    )
    torchcodec_names: bool = flag(
        False,
        "`load_with_torchcodec` and `save_with_torchcodec` are there. From 2.8 on.",
    )
    torchcodec: bool = flag(
        False,
        "`load` and `save` are those of 2.9, which leave everything to TorchCodec: always float32, and `backend`, `format`, "
        "`normalize`, `encoding`, `bits_per_sample` ignored with a warning. For rehearsal: our decoders do the work.",
    )
    rescue: bool = flag(
        True,
        "A torchaudio whose compiled part does not load is imported without it, with one warning; what was compiled is served by "
        "operators of this package. Off: a stand-in takes its name. In no release.",
    )
    real_version: bool = flag(
        False,
        "`torchaudio.__version__` stays that of the torchaudio that is installed. Off: it is that of the pinned release with "
        "`+compat` after it, since old code chooses its branch by it. In no release.",
    )
    stream_positional: bool = flag(
        False,
        "`StreamReader` and `StreamWriter` of `torchaudio.io` take decoders, encoders, formats and filters by position, in the order of "
        "2.0, and lack what came in 2.1: `num_channels`, `encoder_sample_rate`, `encoder_num_channels`, `filter_desc` and "
        "`codec_config` of the writer, `pts`. In 2.0 only.",
    )
    effector: bool = flag(True, "`torchaudio.io` has `AudioEffector` and `CodecConfig`. From 2.1 on.")
    torio: bool = flag(
        True,
        "The package `torio` is there (`torio.io`, `torio.utils`), and the classes of `torchaudio.io` come from it. From 2.2 to 2.8.",
    )
    old_names: bool = flag(
        True,
        "`info`, `AudioMetaData`, the setter, getter and lister, `backend`, `io`, `sox_effects`, `kaldi_io` and the lists in `utils` "
        "are there. Until 2.8.",
    )


_SPELLED = {
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
    """Return the releases by name, oldest first."""
    return dict(_PRESETS)


def flags() -> dict[str, dataclasses.Field[Any]]:
    """Return the flags by name; a field's ``metadata`` has ``doc`` and ``values``.

    ``name`` and ``last_patch`` identify the release and are not flags.
    """
    return {field.name: field for field in dataclasses.fields(Release) if field.name not in _IDENTITY}


def named(version: str | Release | None = None, **overrides: Any) -> Release:
    """Return a release, with single flags overridden.

    Args:
        version: ``"2.0"``, ``"2.0.2"``, a ``Release``; ``None`` for ``TORCHAUDIO_COMPAT_VERSION``,
            else 2.2.
        overrides: flags by name.

    Raises:
        ValueError: an unknown release, flag, or value of a flag; the text lists the valid ones.
    """
    if isinstance(version, Release):
        release = version
    else:
        wanted = version if version is not None else os.environ.get(VERSION_VARIABLE) or DEFAULT
        found = _PRESETS.get(".".join(str(wanted).split("+")[0].split(".")[:2]))
        if found is None:
            where = "" if version is not None else f" (from the variable {VERSION_VARIABLE})"
            raise ArgumentError(f"there is no release {wanted!r}{where}; there is {', '.join(_PRESETS)}{_before_2_0(str(wanted))}")
        release = found
    known = flags()
    for name, value in overrides.items():
        if name not in known:
            raise ArgumentError(f"there is no flag {name!r}; the flags are {', '.join(known)}")
        value = overrides[name] = _spelled(name, value)
        if isinstance(known[name].default, tuple) and not isinstance(value, tuple):
            value = overrides[name] = (value,) if isinstance(value, str) else tuple(value)
        values = known[name].metadata["values"]
        if values is not None and value not in values:
            raise ArgumentError(f"{name}={value!r} is none of {', '.join(map(repr, values))}")
    return dataclasses.replace(release, **overrides) if overrides else release


def _before_2_0(wanted: str) -> str:
    if not wanted.startswith(("0.", "1.")):
        return ""
    return (
        ". Code of 1.x and 0.x runs as 2.0 (torchaudio went from 0.13 to 2.0); that of 0.8 or older must be rewritten first: "
        "`torchaudio-compat codemod --diff .`, see the guide's page on 2.0"
    )


def _spelled(name: str, value: Any) -> Any:
    """Return a flag's value; translate ``True`` and ``False`` for flags with several words."""
    return _SPELLED.get(name, {}).get(value, value) if isinstance(value, bool) else value


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
