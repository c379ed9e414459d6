"""``torchaudio.utils.sox_utils``, until 2.8; works wherever libsox is found."""

import operator
from typing import Any

from compat.contents import parts
from compat.contents.submodule import Context, Submodule
from compat.tree import sox_effects
from dispatcher.errors import ArgumentError

_LEAST_BUFFER = 1024
# libsox keeps 32 bits of a number, as the releases did
_HALF = 1 << 31


def names(context: Context) -> dict[str, Any]:
    """Return libsox' settings and lists; each function raises RuntimeError without libsox."""

    def library() -> Any:
        return sox_effects.sox(context).library

    def settings() -> Any:
        return library().lib.sox_get_globals()

    def set_seed(seed: int) -> None:
        """Seed libsox' random numbers, which dither uses."""
        settings().ranqd1 = (operator.index(seed) + _HALF) % (2 * _HALF) - _HALF

    def set_verbosity(verbosity: int) -> None:
        """Set how much libsox writes to stderr: 0 nothing, 1 failures, 2 warnings, up to 6."""
        settings().verbosity = operator.index(verbosity) % (2 * _HALF)

    def set_buffer_size(buffer_size: int) -> None:
        """Set how many bytes libsox and its effects process at a time."""
        if operator.index(buffer_size) < _LEAST_BUFFER:
            raise ArgumentError(
                f"libsox needs a buffer of at least {_LEAST_BUFFER} bytes, not {buffer_size}"
            )
        settings().bufsiz = buffer_size

    def get_buffer_size() -> int:
        """Return how many bytes libsox and its effects process at a time."""
        return int(settings().bufsiz)

    def set_use_threads(use_threads: bool) -> None:
        """Set whether effects process channels in parallel."""
        settings().use_threads = bool(use_threads)

    def list_effects() -> dict[str, str]:
        """Return the effects that a chain may hold, each with its usage."""
        from dispatcher.backends.sox import effects

        return effects.names(library())

    def list_read_formats() -> list[str]:
        """Return the file types that the installed libsox reads."""
        from dispatcher.backends.sox import formats

        return formats.names(library(), writing=False)

    def list_write_formats() -> list[str]:
        """Return the file types that the installed libsox writes."""
        from dispatcher.backends.sox import formats

        return formats.names(library(), writing=True)

    found = (
        set_seed, set_verbosity, set_buffer_size, get_buffer_size, set_use_threads, list_effects,
        list_read_formats, list_write_formats,
    )  # fmt: skip
    return {function.__name__: function for function in found}


SUBMODULE = Submodule(names, goes_in_2_9=True, stands_in=True, works=parts.sox_works)
