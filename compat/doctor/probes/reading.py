"""Loads a user's file with one backend, or with the one that a call without ``backend=`` takes."""

from __future__ import annotations

from typing import Any


def probe(task: dict[str, Any] | None) -> dict[str, Any]:
    """``task`` has ``path`` and ``backend``; gives what ``info`` and ``load`` say, each with its own error."""
    import torch

    if task is None:
        return {}
    import compat.releases as releases  # not `from compat import`, which would build the stand-in first
    import dispatcher

    functions = dispatcher.functions(dispatcher.Chooser(dispatcher.Registry(), releases.named()))
    path, backend = task["path"], task["backend"]
    told: dict[str, Any] = {}
    try:
        metadata = functions.info(path, backend=backend)
        told["info"] = vars(metadata)
    except Exception as why:  # noqa: BLE001 - whatever it is, the user is to read it
        told["info_error"] = str(why)
    try:
        waveform, rate = functions.load(path, backend=backend)
    except Exception as why:  # noqa: BLE001 - as above
        return {**told, "load_error": f"{why}"}
    told.update(rate=int(rate), shape=list(waveform.shape))
    if waveform.numel():
        told.update(peak=float(waveform.abs().max()), finite=bool(torch.isfinite(waveform).all()))
    return told
