"""List when each name was deprecated, when it was removed, and what replaces it.

The package ``deprecation`` reads this table. It decides whether a name is deprecated in the pinned
release, and adds notes to the docstrings. The warning is ours, because Python hides a
``DeprecationWarning`` by default.
"""

from __future__ import annotations

import functools
import inspect
import types
from collections.abc import Callable
from typing import Any, NamedTuple

from dispatcher import notices


class Fact(NamedTuple):
    """The first release that deprecates a name, the first that lacks it, and its replacement."""

    deprecated_in: str
    removed_in: str
    advice: str


_PER_CALL = 'Name the backend in each call: compat.load(path, backend="sox").'
_STAYED = "Only 2.8 warns about it: 2.9 and later still have it."

FACTS = {
    "set_audio_backend": Fact("2.1", "2.9", _PER_CALL),
    "get_audio_backend": Fact(
        "2.1",
        "2.9",
        "There is no global backend from 2.2 on; list_audio_backends() lists the names for backend=.",
    ),
    "list_audio_backends": Fact("2.8", "2.9", "compat.list_audio_backends() stays."),
    "backend": Fact(
        "2.1", "2.9", f"compat.load, .save, .info and .AudioMetaData stay. {_PER_CALL}"
    ),
    "backend.utils": Fact("2.1", "2.2", _PER_CALL),
    "info": Fact("2.8", "2.9", "compat.info() stays."),
    "load": Fact(
        "2.8",
        "",
        "In 2.9 it reads through TorchCodec, and ignores most arguments; compat.load() stays as it is.",
    ),
    "save": Fact(
        "2.8",
        "",
        "In 2.9 it writes through TorchCodec, and ignores most arguments; compat.save() stays as it is.",
    ),
    "io": Fact("2.8", "2.9", "compat.io stays: from compat.io import StreamReader."),
    "sox_effects": Fact(
        "2.8",
        "2.9",
        "compat.sox_effects stays, if libsox is installed: from compat import sox_effects.",
    ),
    "kaldi_io": Fact("2.8", "2.9", "Use the package kaldi_io itself."),
    "utils.sox_utils": Fact(
        "2.8", "2.9", 'compat.standin("2.2").utils.sox_utils stays, if libsox is installed.'
    ),
    "utils.ffmpeg_utils": Fact(
        "2.8", "2.9", "Ask PyAV: av.codecs_available, av.formats_available."
    ),
    "AudioMetaData": Fact("2.8", "2.9", "compat.AudioMetaData stays."),
    "functional.forced_align": Fact("2.8", "", _STAYED),
    "functional.rnnt_loss": Fact("2.8", "", _STAYED),
    "transforms.RNNTLoss": Fact("2.8", "", _STAYED),
}

# a real torchaudio provides these itself; under 2.8 they warn
OF_THE_PYTHON_PART = ("functional.forced_align", "functional.rnnt_loss", "transforms.RNNTLoss")


class DeprecatedNameWarning(notices.CompatWarning):
    """A warning for a name that the pinned release deprecates, with the facts of ``FACTS``."""

    name: str
    deprecated_in: str
    removed_in: str
    advice: str

    def __init__(self, name: str, fact: Fact) -> None:
        gone = f" and gone in {fact.removed_in}" if fact.removed_in else ""
        super().__init__(
            f"torchaudio.{name} is deprecated since {fact.deprecated_in}{gone}. {fact.advice}"
        )
        self.name, self.deprecated_in, self.removed_in, self.advice = name, *fact

    def __reduce__(self) -> tuple[type[DeprecatedNameWarning], tuple[str, Fact]]:
        return type(self), (self.name, Fact(self.deprecated_in, self.removed_in, self.advice))


def warn(name: str, fact_of: str | None = None) -> None:
    """Warn at the caller's line that ``torchaudio.NAME`` is deprecated.

    Args:
        name: the name that the warning shows.
        fact_of: the entry of ``FACTS`` to use; by default that of ``name``.
    """
    notices.warn(DeprecatedNameWarning(name, FACTS[fact_of or name]), DeprecatedNameWarning)


@functools.cache
def _noted(docstring: str, name: str, version: str) -> str:
    import deprecation

    def holder() -> None: ...

    holder.__doc__ = docstring
    fact = FACTS[name]
    noted = deprecation.deprecated(
        fact.deprecated_in, fact.removed_in or None, current_version=version, details=fact.advice
    )(holder)
    return noted.__doc__ or ""


def document(function: Callable[..., Any], name: str, version: str) -> None:
    """Add the note of ``deprecation`` to a docstring, if that version deprecates the name."""
    if name in FACTS and isinstance(function, types.FunctionType):
        function.__doc__ = _noted(function.__doc__ or "", name, version)


def warning(
    function: Callable[..., Any],
    name: str,
    fact_of: str | None = None,
    *,
    only_if_taken: bool = False,
) -> Callable[..., Any]:
    """Return a function that warns when it is called.

    With ``only_if_taken`` it does not warn if the arguments do not fit its signature.
    """
    signature = inspect.signature(function)

    @functools.wraps(function)
    def warned(*args: Any, **kwargs: Any) -> Any:
        if only_if_taken:
            signature.bind(*args, **kwargs)
        warn(name, fact_of)
        return function(*args, **kwargs)

    return warned


def warning_class(cls: type, name: str) -> type:
    """Return a subclass of the same name that warns when an object is made."""
    make: Callable[..., None] = vars(cls)["__init__"]

    @functools.wraps(make)
    def warn_and_make(self: Any, *args: Any, **kwargs: Any) -> None:
        warn(name)
        make(self, *args, **kwargs)

    where = f"torchaudio.{name.rpartition('.')[0]}"
    return type(
        cls.__name__,
        (cls,),
        {"__init__": warn_and_make, "__module__": where, "__doc__": cls.__doc__},
    )
