"""Report how backends differ on one file, and which of them misread it, as far as is known."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from compat.commands import shell
from compat.diagnosis.findings import Finding, Mend, note, warning
from compat.doctor import lengths
from compat.doctor.lengths import does

_UNLIKE = 0.9
_LOUDER = 0.01
_WILD = 1000.0
_UNKNOWN = (1 << 63) - 1  # frames that libsndfile counts in a flac that does not say how many
# how samples differ; also the causes of findings
_SOUND, _LOUDNESS, _PLACE = ("other-samples", "other-loudness", "other-place")
_PLAIN = Mend("Write it again in a plain number format: 16, 24 or 32 bits that fill their bytes")

# the result of each load, by backend name
Loads = Mapping[str, Mapping[str, Any]]


def found(path: str, loads: Loads, facts: Mapping[str, Any], *, told: bool) -> Iterator[Finding]:
    """Yield the differences.

    Args:
        path: the file.
        loads: what each backend returned, as ``probes/reading.py`` tells it.
        facts: what the file itself establishes, see ``headers.facts``.
        told: the report already says that a part of the file is missing.
    """
    frames = {name: load["shape"][-1] for name, load in loads.items()}
    differ = len(set(frames.values())) > 1
    if is_mixed(facts):
        yield _mixed(path, facts)
        return  # any difference follows from that
    misread = [name for name, load in loads.items() if load.get("misread")]
    if misread:
        yield _misread(path, loads, misread)
    # far beyond full scale, as with a wrongly assumed sample format
    wild = [
        name
        for name, load in loads.items()
        if load.get("finite") is False or load.get("peak", 0.0) > _WILD
    ]
    if set(wild) - set(misread):
        yield _beyond(path, loads, wild)
    elif not misread:
        yield from _samples(path, loads)
    if differ:
        yield _lengths(path, loads, frames, facts, told=told)
    elif not told and "data_bytes" not in facts:
        yield from _fewer_than_promised(path, loads, frames)


def is_mixed(facts: Mapping[str, Any]) -> bool:
    """Return whether a file is joined from parts that differ, so that no backend returns all."""
    return "change" in facts


def _load(names: Sequence[str]) -> str:
    return " or ".join(f"load(path, backend={name!r})" for name in names)


def _mixed(path: str, facts: Mapping[str, Any]) -> Finding:
    """Report a file joined from parts that differ, as the dispatcher words it."""
    text, _, command = facts["mend"].partition(": ")
    return warning(
        f"it consists of {len(facts['parts'])} files joined together: {facts['change']}",
        why="No backend returns all of it.",
        mend=Mend(text, (shell.Line(command),)),
        subject=path,
        cause="changes-on-its-way",
        data={"parts": list(facts["parts"])},
    )


def _misread(path: str, loads: Loads, misread: Sequence[str]) -> Finding:
    """Report backends that take the samples for others, as their own warnings say."""
    others = [name for name in loads if name not in misread]
    causes = dict.fromkeys(loads[name]["misread"] for name in misread)
    return warning(
        f"{does(misread, 'misread')} it: {'; '.join(causes)}",
        why="A model then gets other input, which may be noise.",
        mend=Mend(f"Listen to what another backend gives: {_load(others)}") if others else _PLAIN,
        subject=path,
        cause="misread",
        data={"backends": list(misread), "others": others},
    )


def _beyond(path: str, loads: Loads, wild: Sequence[str]) -> Finding:
    """Report backends that return samples far beyond full scale, as no recording has."""
    others = [name for name in loads if name not in wild]
    what = (
        "that are not finite"
        if any(loads[name]["finite"] is False for name in wild)
        else f"up to {loads[wild[0]]['peak']:.3g}"
    )
    rest = f"; {does(others, 'give')} others" if others else ""
    return warning(
        f"{does(wild, 'give')} samples {what}{rest}",
        why="Full scale is 1. Either the file was saved like this, or its bytes are read in the "
        "wrong number format.",
        # a backend within full scale may have clipped the samples, or may return other noise
        mend=Mend(f"Listen to what each gives before you use it: {_load([*wild, *others])}"),
        subject=path,
        cause="beyond-full-scale",
        data={"backends": list(wild), "others": others},
    )


def _samples(path: str, loads: Loads) -> Iterator[Finding]:
    """Report backends whose samples differ from the first backend's.

    The audio may be another, or the same one scaled or shifted.
    """
    for name, load in loads.items():
        apart = load.get("apart")
        how = _how(apart) if apart and apart["from"] in loads else ()
        if not apart or not how:
            continue
        (kind, words), reference = how, apart["from"]
        text = f"{name} gives {words} {reference}"
        data = {"backends": [name], "reference": reference}
        if kind == _PLACE:
            why = "Labels with timestamps no longer match."
            yield note(text, why=why, subject=path, data=data)
            continue
        why = "A model then gets other input."
        if kind == _SOUND:
            why = (
                "Its bytes are read in the wrong number format, or a damaged place is decoded in "
                "another way."
            )
        mend = Mend(f"Listen to both, and name the right one: {_load([reference, name])}")
        yield warning(text, why=why, mend=mend, subject=path, cause=kind, data=data)


def _how(apart: Mapping[str, Any]) -> tuple[str, str] | tuple[()]:
    """Return the kind of a difference and its words; nothing if there is none."""
    if apart["likeness"] < _UNLIKE:
        return _SOUND, "another sound than"
    if abs(apart["factor"] - 1) > _LOUDER:
        return _LOUDNESS, f"the same sound {apart['factor']:.4g} times as loud as"
    if apart["shift"]:
        when = "later" if apart["shift"] > 0 else "earlier"
        return _PLACE, f"the same sound {abs(apart['shift'])} frames {when} than"
    return ()


def _lengths(
    path: str, loads: Loads, frames: Mapping[str, int], facts: Mapping[str, Any], *, told: bool
) -> Finding:
    """Report backends that disagree on the length; a warning if one of them returns nothing."""
    listed = ", ".join(f"{name} {count:,}" for name, count in frames.items())
    text = f"backends give different lengths, in frames: {listed}"
    why = lengths.cause(frames, {name: load["rate"] for name, load in loads.items()}, facts)
    longest = max(frames, key=lambda name: frames[name])
    if not told and 0 in frames.values():
        return warning(
            text,
            why=why,
            mend=Mend(
                f"Name the backend that gives the sound: {_load([longest])}; and let the program "
                "that writes such files close them"
            ),
            subject=path,
            cause="other-lengths",
            data=dict(frames),
        )
    return note(text, why=why, subject=path, data=dict(frames))


def _fewer_than_promised(path: str, loads: Loads, frames: Mapping[str, int]) -> Iterator[Finding]:
    for name, load in loads.items():
        promised = load.get("info", {}).get("num_frames")
        if promised and frames[name] < promised < _UNKNOWN:
            yield warning(
                f"{name}: the header promises {promised:,} frames, but only {frames[name]:,} are "
                "there",
                why="The file is cut off, or its header was never completed.",
                mend=Mend("Make or download it again"),
                subject=path,
                cause="truncated-file",
            )
            return
