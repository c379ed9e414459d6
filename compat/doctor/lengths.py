"""Explain why backends give different lengths for one file, or say that the cause is unknown."""

from collections.abc import Callable, Mapping
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
    """Return the cause in a sentence or two."""
    return next(filter(None, (rule(given) for rule in _RULES)), _UNKNOWN)


def _do(names: str, verb: str) -> str:
    return f"{names} {verb}{'' if ' and ' in names else 's'}"


_UNKNOWN = (
    "The file does not show the cause. Compare the ends of both results before you rely on one."
)


def _other_rate(given: Lengths) -> str:
    durations = [given.frames[name] / rate for name, rate in given.rates.items() if rate]
    if len(set(given.rates.values())) < 2 or max(durations) - min(durations) > _SAME_DURATION:
        return ""
    listed = ", ".join(f"{name} {rate} Hz" for name, rate in given.rates.items())
    return f"They return different sample rates, with the same duration: {listed}."


def _chained(given: Lengths) -> str:
    parts = given.facts.get("parts", ())
    if len(parts) < 2:
        return ""
    return (
        f"The file consists of {len(parts)} files joined together (the second begins at byte "
        f"{parts[1]['begin']:,}); {_do(given.without(given.most), 'read')} only the first part."
    )


def _open_end(given: Lengths) -> str:
    if "data_bytes" not in given.facts:
        return ""
    return (
        f"Its header gives the size of the data as {given.facts['data_bytes']:,} bytes: the "
        f"recording was never closed. {given.with_(given.most)} read to the end of the file."
    )


def _odd_samples(given: Lengths) -> str:
    odd = given.facts.get("sample_bytes")
    if not odd:
        return ""
    return (
        f"Its header says samples of {odd['bits']} bits in {odd['bytes']} bytes each, which not "
        "every backend reads in that way. Listen to each result, and save the file again with all "
        "bits used."
    )


def _mp3_padding(given: Lengths) -> str:
    before, after = given.facts.get("padding", (0, 0))
    if not before or given.span - before - after not in _MPEG_FRAMES:
        return ""
    return (
        f"The LAME header says that the encoder added {before} frames before the sound and "
        f"{after} after it; {_do(given.with_(given.most), 'keep')} them."
    )


def _opus_preskip(given: Lengths) -> str:
    skipped = given.facts.get("preskip", 0)
    if not skipped or given.span != skipped:
        return ""
    return (
        f"The header says that {skipped} frames before the sound should be skipped; "
        f"{_do(given.with_(given.most), 'keep')} them."
    )


def _wrong_total(given: Lengths) -> str:
    promise = given.facts.get("promise") or given.facts.get("last_page")
    if not promise:
        return ""
    if promise == given.most - given.span:
        stop, read = _do(given.with_(promise), "stop"), _do(given.without(promise), "read")
        return (
            f"Its header counts {promise:,} frames, and {stop} there; {read} on to the end of "
            "the data."
        )
    if promise > given.most:
        return (
            f"Its header counts {promise:,} frames, but some are missing: "
            "the file is cut off or damaged; each backend reads what it can."
        )
    return ""


# the first rule that holds gives the cause
_RULES: tuple[Callable[[Lengths], str], ...] = (
    _other_rate,
    _chained,
    _open_end,
    _odd_samples,
    _mp3_padding,
    _opus_preskip,
    _wrong_total,
)
