"""Explain why backends give different lengths for one file, or say that the cause is unknown."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

_SAME_DURATION = 0.01  # seconds
# some decoders count the mp3's own header as one more MPEG frame
_MPEG_FRAMES = (0, 576, 1152)


class Lengths(NamedTuple):
    """The length that each backend gave, by its name, and what the file itself says."""

    frames: Mapping[str, int]
    rates: Mapping[str, int]
    facts: Mapping[str, Any]

    @property
    def most(self) -> int:
        """Return the frames of the longest."""
        return max(self.frames.values())

    @property
    def span(self) -> int:
        """Return the frames between the shortest and the longest."""
        return self.most - min(self.frames.values())

    def with_(self, frames: int) -> str:
        """Return the names of the backends that gave this many frames."""
        return " and ".join(name for name, count in self.frames.items() if count == frames)

    def without(self, frames: int) -> str:
        """Return the names of all other backends."""
        return " and ".join(name for name, count in self.frames.items() if count != frames)


def cause(given: Lengths) -> str:
    """Return the cause in a sentence or two: the first one that the file shows."""
    return next(_causes(given), _UNKNOWN)


def _do(names: str, verb: str) -> str:
    return f"{names} {verb}{'' if ' and ' in names else 's'}"


_UNKNOWN = (
    "The file does not show the cause. Compare the ends of both results before you rely on one."
)


def _causes(given: Lengths) -> Iterator[str]:
    facts, most = given.facts, given.most
    durations = [given.frames[name] / rate for name, rate in given.rates.items() if rate]
    if len(set(given.rates.values())) > 1 and max(durations) - min(durations) <= _SAME_DURATION:
        listed = ", ".join(f"{name} {rate} Hz" for name, rate in given.rates.items())
        yield f"They return different sample rates, with the same duration: {listed}."
    parts = facts.get("parts", ())
    if len(parts) > 1:
        yield (
            f"The file consists of {len(parts)} files joined together (the second begins at byte "
            f"{parts[1]['begin']:,}); {_do(given.without(most), 'read')} only the first part."
        )
    if "data_bytes" in facts:
        yield (
            f"Its header gives the size of the data as {facts['data_bytes']:,} bytes: the "
            f"recording was never closed. {given.with_(most)} read to the end of the file."
        )
    if odd := facts.get("sample_bytes"):
        yield (
            f"Its header says samples of {odd['bits']} bits in {odd['bytes']} bytes each, which "
            "not every backend reads in that way. Listen to each result, and save the file again "
            "with all bits used."
        )
    before, after = facts.get("padding", (0, 0))
    if before and given.span - before - after in _MPEG_FRAMES:
        yield (
            f"The LAME header says that the encoder added {before} frames before the sound and "
            f"{after} after it; {_do(given.with_(most), 'keep')} them."
        )
    skipped = facts.get("preskip", 0)
    if skipped and given.span == skipped:
        yield (
            f"The header says that {skipped} frames before the sound should be skipped; "
            f"{_do(given.with_(most), 'keep')} them."
        )
    promise = facts.get("promise") or facts.get("last_page") or 0
    if promise and promise == most - given.span:
        stop, read = _do(given.with_(promise), "stop"), _do(given.without(promise), "read")
        yield (
            f"Its header counts {promise:,} frames, and {stop} there; {read} on to the end of "
            "the data."
        )
    if promise > most:
        yield (
            f"Its header counts {promise:,} frames, but some are missing: "
            "the file is cut off or damaged; each backend reads what it can."
        )
