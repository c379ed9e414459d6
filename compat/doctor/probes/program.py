"""Look up, under a release of the drop-in, the names of torchaudio that a program uses."""

import importlib
import warnings
from typing import Any


def probe(task: dict[str, Any]) -> dict[str, Any]:
    """Install ``task["release"]``; return its missing names with reasons, and ``over_real``."""
    import compat
    from compat import installation

    warnings.simplefilter("ignore")
    with compat.pinned(task["release"]) as torchaudio:
        lacking = {name: why for name in task["names"] if (why := _why_not(torchaudio, name))}
        return {"lacking": lacking, "over_real": installation.is_over_real()}


def _why_not(torchaudio: Any, name: str) -> str:
    """Return why a dotted name is not there; empty if it is."""
    value, path = torchaudio, "torchaudio"
    for part in name.split("."):
        path = f"{path}.{part}"
        try:
            value = getattr(value, part)
        except AttributeError as why:
            try:
                value = importlib.import_module(path)
            except Exception as too:  # noqa: BLE001 - whatever the import raises is the answer
                texts = (str(why), str(too) if isinstance(too, ImportError) else "")
                return max(texts, key=len)
    return ""
