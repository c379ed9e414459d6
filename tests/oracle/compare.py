"""Whether an outcome is the same as the recorded one.

- An error: the recorded class is among those of the one raised; the text is free.
- Warnings: the same set of categories.
- A tensor: dtype and shape; its probed samples within 1e-6 of a lossless source, 2e-3 of a lossy one and of what torch computes
  (each of its releases rounds otherwise), exactly for integers. A contiguous tensor passes for one that was not. Of streams,
  pictures within 6 of 255 and mean colours within 3, since scalers and encoders differ; filtered and resampled sound within
  2e-3 (70 of 32,768).
- A saved file: codec, header, subtype, rate, channels, frames, probed samples; its size is free.
- Where the release failed by a defect (saving .ogg through ffmpeg), working is the same as failing.
"""

import re
from typing import Any

_ROUNDED = re.compile(r"ops/")
_LOSSY = re.compile(r"mp3|ogg|vorbis|opus|m4a|mp4|wma|amr|gsm|adpcm|ima|aac|ac3|ulaw|alaw", re.IGNORECASE)
_PICTURES = re.compile(r"stream/.*(video|mp4|mkv|gif|png|jpg|picture)")
_FILTERED = re.compile(r"stream/.*(filter|rate_|effector|resample)")
_COLOURS, _SOUND, _EXACT = 3.0, 2e-3, 1e-6
# what the tolerance of floats means for integers
_INTEGERS = {(_COLOURS, "torch.uint8"): 6.0, (_SOUND, "torch.int16"): 70.0}
_DEFECT = re.compile(r"save/.*ogg.*/(ffmpeg|auto)")
_FREE = {"bytes", "container", "magic"}


def _value(want: Any, got: Any, tolerance: float, at: str = "value", *, streamed: bool = False) -> str | None:
    """The first difference of two values, in words."""
    if isinstance(want, dict) and isinstance(got, dict):
        if want.get("kind") == "tensor" and "float" not in want["dtype"]:
            tolerance = _INTEGERS.get((tolerance, want["dtype"]), 0.0) if streamed else 0.0
        for key in sorted((want.keys() | got.keys()) - _FREE):
            if key == "contiguous" and got.get(key):
                continue
            if key not in want or key not in got:
                return f"{at}.{key}: recorded {want.get(key)!r}, here {got.get(key)!r}"
            found = _value(want[key], got[key], tolerance, f"{at}.{key}", streamed=streamed)
            if found:
                return found
        return None
    if isinstance(want, list) and isinstance(got, list) and len(want) == len(got):
        pairs = enumerate(zip(want, got, strict=True))
        return next(filter(None, (_value(a, b, tolerance, f"{at}[{i}]", streamed=streamed) for i, (a, b) in pairs)), None)
    numbers = isinstance(want, (int, float)) and isinstance(got, (int, float)) and not isinstance(want, bool)
    if numbers and (isinstance(want, float) or isinstance(got, float)):
        same = abs(want - got) <= tolerance
    else:
        same = want == got and type(want) is type(got)
    return None if same else f"{at}: recorded {want!r}, here {got!r}"


def _tolerance(case: str) -> float:
    if _PICTURES.match(case):
        return _COLOURS
    return _SOUND if _LOSSY.search(case) or _FILTERED.match(case) or _ROUNDED.match(case) else _EXACT


def difference(want: dict[str, Any], got: dict[str, Any] | None) -> str | None:
    """How an outcome differs from the recorded one, in words; ``None`` where it does not."""
    if got is None or "crash" in got:
        return f"crashed: {got}"
    if want.get("error", [""])[0] == "RuntimeError" and "value" in got and _DEFECT.match(want["id"]):
        return None
    if "error" in want:
        if want["error"][0] not in got.get("error", []):
            return f"recorded {want['error'][0]}, here {got.get('error', ['a value'])[0]}: {got.get('message', '')}"
    elif "error" in got:
        return f"recorded a value, here {got['error'][0]}: {got['message']}"
    else:
        found = _value(want["value"], got["value"], _tolerance(want["id"]), streamed=want["id"].startswith("stream/"))
        if found:
            return found
    if want.get("warnings", []) != got["warnings"]:
        return f"warnings: recorded {want.get('warnings')}, here {got['warnings']}"
    return None
