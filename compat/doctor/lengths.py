"""Explain why backends give different lengths for one file, or say that the cause is unknown."""

from collections.abc import Mapping, Sequence
from typing import Any

_SAME_DURATION = 0.01  # seconds
# some decoders count the mp3's own header as one more MPEG frame
_MPEG_FRAMES = (0, 576, 1152)
_UNKNOWN = (
    "The file does not show the cause. Compare the ends of both results before you rely on one."
)


def named(names: Sequence[str]) -> str:
    """Return names as a sentence lists them."""
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def does(names: Sequence[str], verb: str) -> str:
    """Return names and what they do: ``sox reads``, ``sox and soundfile read``."""
    return f"{named(names)} {verb}{'s' * (len(names) == 1)}"


def cause(frames: Mapping[str, int], rates: Mapping[str, int], facts: Mapping[str, Any]) -> str:
    """Return the cause in a sentence or two: the first one that the file shows.

    Args:
        frames: the length that each backend gave, by its name.
        rates: the sample rate that each gave.
        facts: what the file itself says, see ``headers.facts``.
    """
    most, least = max(frames.values()), min(frames.values())
    longest = [name for name, count in frames.items() if count == most]
    shorter = [name for name in frames if name not in longest]
    durations = [frames[name] / rate for name, rate in rates.items() if rate]
    if len(set(rates.values())) > 1 and max(durations) - min(durations) <= _SAME_DURATION:
        listed = ", ".join(f"{name} {rate} Hz" for name, rate in rates.items())
        return f"They return different sample rates, with the same duration: {listed}."
    parts = facts.get("parts", ())
    if len(parts) > 1:
        return (
            f"The file consists of {len(parts)} files joined together (the second begins at byte "
            f"{parts[1]['begin']:,}); {does(shorter, 'read')} only the first part."
        )
    if "data_bytes" in facts:
        return (
            f"Its header gives the size of the data as {facts['data_bytes']:,} bytes: the "
            f"recording was never closed. {does(longest, 'read')} to the end of the file."
        )
    before, after = facts.get("padding", (0, 0))
    if before and most - least - before - after in _MPEG_FRAMES:
        return (
            f"The LAME header says that the encoder added {before} frames before the sound and "
            f"{after} after it; {does(longest, 'keep')} them."
        )
    promise = facts.get("promise") or facts.get("last_page") or 0
    if promise == least > 0:
        return f"Its header counts {promise:,} frames; {does(longest, 'read')} on after these."
    if promise > most:
        return (
            f"Its header counts {promise:,} frames, but some are missing: "
            "the file is cut off or damaged; each backend reads what it can."
        )
    return _UNKNOWN
