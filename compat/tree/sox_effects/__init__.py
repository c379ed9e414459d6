"""``torchaudio.sox_effects``, until 2.8; works wherever libsox is found."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from compat.contents import parts
from compat.contents.submodule import Context, Submodule
from dispatcher import arguments, interrupts, notices
from dispatcher.errors import BackendError, BackendUnavailable, problem
from dispatcher.lazily import torch
from dispatcher.requests import Load
from legacy import sox_io_backend

if TYPE_CHECKING:
    from dispatcher.backends.sox import Backend

_TAKER = sox_io_backend.Taker(
    "apply_effects_file", "Pass a path, or load() the file object and use apply_effects_tensor"
)


def sox(context: Context) -> Backend:
    """Return the sox backend.

    Raises:
        RuntimeError: libsox is not found, or left out.
    """
    try:
        return context.registry.get("sox")  # type: ignore[return-value]
    except BackendUnavailable as why:
        raise BackendError(
            f"sox_effects needs libsox: {why.explain()}. Run `python -m compat.doctor`."
        ) from why


def names(context: Context) -> dict[str, Any]:
    """Return the effects functions, over libsox' own chain."""
    return dict(context.once("sox_effects", lambda: _functions(context)))


def _functions(context: Context) -> dict[str, Any]:
    def effect_names() -> list[str]:
        """Return the names of the effects that a chain may hold."""
        from dispatcher.backends.sox import effects

        return list(effects.names(sox(context).library))

    def apply_effects_tensor(
        tensor: torch.Tensor,
        sample_rate: int,
        effects: Sequence[Sequence[str]],
        channels_first: bool = True,
    ) -> tuple[torch.Tensor, int]:
        """Send samples through a chain of effects.

        Args:
            tensor: ``[channel, time]``, or ``[time, channel]`` with ``channels_first=False``;
                float32, int32, int16 or uint8.
            sample_rate: in Hz.
            effects: each a name and its options, e.g. ``[["rate", "8000"], ["channels", "1"]]``.
            channels_first: the layout of ``tensor`` and of the result.

        Returns:
            Samples of the same dtype, and their sample rate in Hz, which effects may change.

        Raises:
            RuntimeError: an effect or option is unknown, libsox cannot take the tensor, or there is
                no libsox.
        """
        try:
            with interrupts.deferred():
                return sox(context).apply_effects(tensor, sample_rate, effects, channels_first)
        except BackendError as why:
            raise BackendError(f"apply_effects_tensor: {why}") from why

    def apply_effects_file(
        path: str,
        effects: Sequence[Sequence[str]],
        normalize: bool = True,
        channels_first: bool = True,
        format: str | None = None,
    ) -> tuple[torch.Tensor, int]:
        """Send the audio of a file through a chain of effects.

        Args:
            path: a file that libsox can read; in 2.0 also a file object, with a warning.
            effects: each a name and its options.
            normalize: return float32 in [-1, 1]; otherwise PCM keeps its own dtype.
            channels_first: ``[channel, time]``; otherwise ``[time, channel]``.
            format: libsox' file type, if neither content nor extension shows it.

        Raises:
            RuntimeError: the file cannot be read, an effect or option is unknown, or there is no
                libsox.
        """
        backend = sox(context)
        with interrupts.deferred():
            asked = Load(path, normalize=normalize, channels_first=channels_first, format=format)
            asked = arguments.checked_piece(arguments.checked_load(asked, "sox"), backend.leniency)
            with sox_io_backend.on_disk(path, context.release, _TAKER, "apply effects to") as place:
                try:
                    asked = asked._replace(uri=os.fsdecode(place))
                    return backend.apply_effects_to_file(asked, effects, context.release)
                except BackendError as why:
                    raise problem(
                        BackendError, "apply effects to", path, why, backend="sox"
                    ) from why

    def warn_of_no_effect(name: str) -> None:
        if not context.release.names_warn:
            notices.warn(f"torchaudio.sox_effects.{name} does nothing. Remove the call.")

    def init_sox_effects() -> None:
        """Warn, and do nothing: libsox is started when it is first used."""
        warn_of_no_effect("init_sox_effects")

    def shutdown_sox_effects() -> None:
        """Warn, and do nothing: libsox stays ready until the process ends."""
        warn_of_no_effect("shutdown_sox_effects")

    found = (
        effect_names,
        apply_effects_tensor,
        apply_effects_file,
        init_sox_effects,
        shutdown_sox_effects,
    )
    return {function.__name__: function for function in found}


SUBMODULE = Submodule(names, goes_in_2_9=True, stands_in=True, works=parts.sox_works)
