"""Import a torchaudio that does not load, as ``compat.install()`` does, and try each part."""

import warnings
from collections.abc import Callable
from typing import Any

_OWN, _OURS = "torchaudio's own Python part", "torchaudio-compat"


def probe(task: str) -> dict[str, Any]:
    """Return whether it was rescued, its version, and what serves each part; else the reason."""
    import torch

    import compat

    warnings.simplefilter("ignore")
    with compat.pinned("2.2", real_version=True) as torchaudio:
        try:
            torchaudio.transforms.MelSpectrogram  # noqa: B018 - a stand-in raises
        except AttributeError as why:
            return {"rescued": False, "reason": str(why)}
        found = {part: _outcome(act, torchaudio, torch) or by for part, (by, act) in _PARTS.items()}
        return {"rescued": True, "version": torchaudio.__version__, "parts": found}


def _outcome(act: Callable[[Any, Any], Any], torchaudio: Any, torch: Any) -> str:
    """Return what a part raised, or an empty string."""
    try:
        act(torchaudio, torch)
    except Exception as why:  # noqa: BLE001 - whatever a part raises is its answer
        return f"nothing ({type(why).__name__}: {why})"
    return ""


def _align(torchaudio: Any, torch: Any) -> Any:
    return torchaudio.functional.forced_align(
        torch.zeros(1, 4, 3).log_softmax(-1), torch.tensor([[1, 2]], dtype=torch.int32)
    )


def _transducer(torchaudio: Any, torch: Any) -> Any:
    lengths = torch.ones(1, dtype=torch.int32)
    return torchaudio.functional.rnnt_loss(
        torch.zeros(1, 1, 2, 3), lengths[None], lengths, lengths, blank=0
    )


# part -> what serves it, and a call that tries it
_PARTS: dict[str, tuple[str, Callable[[Any, Any], Any]]] = {
    "transforms": (
        _OWN,
        lambda torchaudio, torch: torchaudio.transforms.MelSpectrogram(n_mels=8)(
            torch.zeros(1, 4000)
        ),
    ),
    "functional": (
        _OWN,
        lambda torchaudio, torch: torchaudio.functional.amplitude_to_DB(
            torch.ones(1, 9), 10.0, 1e-10, 0.0
        ),
    ),
    "compliance": (
        _OWN,
        lambda torchaudio, torch: torchaudio.compliance.kaldi.fbank(torch.zeros(1, 4000)),
    ),
    "models": (_OWN, lambda torchaudio, torch: torchaudio.models.ConvTasNet),
    "pipelines": (_OWN, lambda torchaudio, torch: torchaudio.pipelines.WAV2VEC2_BASE.sample_rate),
    "datasets": (_OWN, lambda torchaudio, torch: torchaudio.datasets.LIBRISPEECH),
    "load, save, info": (_OURS, lambda torchaudio, torch: torchaudio.list_audio_backends()[0]),
    "lfilter": (
        _OURS,
        lambda torchaudio, torch: torchaudio.functional.lfilter(
            torch.ones(1, 9), torch.ones(2), torch.ones(2)
        ),
    ),
    "forced_align": (_OURS, _align),
    "rnnt_loss": (_OURS, _transducer),
}
