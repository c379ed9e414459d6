"""Load a user's file with one backend, or as a call without ``backend=`` does."""

from __future__ import annotations

import collections
import os
import warnings
from typing import Any

from compat.doctor import headers, samples
from dispatcher.lazily import torch

# per path: the first backend that read it, its waveform and rate, to compare the others with
_first: dict[str, tuple[str, torch.Tensor, int]] = {}


def probe(task: dict[str, Any]) -> dict[str, Any]:
    """Run ``info`` and ``load`` on a file and return both results or errors.

    Args:
        task: ``path`` and ``backend``.
    """
    # not `from compat import`, which would build the stand-in first
    import compat.releases as releases
    import dispatcher
    from dispatcher.errors import NoAudioStreamError

    functions = dispatcher.functions(dispatcher.Chooser(dispatcher.Registry(), releases.named()))
    path, backend = task["path"], task["backend"]
    told: dict[str, Any] = {} if backend is not None else {"facts": _facts(path)}
    try:
        told["info"] = vars(functions.info(path, backend=backend))
    except Exception as why:  # noqa: BLE001 - the user is to read it, whatever it is
        told["info_error"] = str(why)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            waveform, rate = functions.load(path, backend=backend)
        except Exception as why:  # noqa: BLE001 - as above
            streams = _streams(path) if isinstance(why, NoAudioStreamError) else {}
            return {**told, "load_error": str(why), "streams": streams}
    told["warnings"] = [[each.category.__name__, str(each.message)] for each in caught]
    told.update(rate=int(rate), shape=list(waveform.shape))
    if waveform.numel():
        told.update(peak=float(waveform.abs().max()), finite=bool(torch.isfinite(waveform).all()))
    if backend is not None:
        told["apart"] = _apart(path, backend, waveform, int(rate))
    return told


def _facts(path: str) -> dict[str, Any]:
    try:
        return headers.facts(path)
    except (OSError, ValueError, IndexError):
        return {}


def _apart(path: str, backend: str, waveform: torch.Tensor, rate: int) -> dict[str, Any] | None:
    if path not in _first:
        _first.clear()
        _first[path] = backend, waveform, rate
        return None
    name, reference, its_rate = _first[path]
    found = samples.apart(reference, waveform) if rate == its_rate else None
    return None if found is None else {"from": name, **found}


def _streams(path: str) -> dict[str, int]:
    """Count the streams of each kind in a container that has no audio."""
    from dispatcher import Settings
    from dispatcher.backends.ffmpeg import container, demuxers

    settings = Settings()
    place, protocols = container.place(os.fspath(path))
    asked = container.Opening(place, protocols, demuxers.allowed(settings), None, 1 << 15, settings)
    with container.open_container(asked) as opened:
        return collections.Counter(stream.type for stream in opened.streams)
