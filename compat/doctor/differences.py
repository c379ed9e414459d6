"""Report how backends differ on one file, and which returns what the file holds, if known."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from compat.diagnosis import mends
from compat.diagnosis.findings import Finding, Mend, note, warning
from compat.doctor import lengths
from compat.doctor.lengths import Lengths

__all__ = ["found", "is_mixed", "named"]

_UNLIKE = 0.9
_LOUDER = 0.01
_WILD = 1000.0
_STORED = "the file holds"
# how samples differ, the worst first; also the causes of findings
_KINDS = _SOUND, _LOUDNESS, _PLACE = ("other-samples", "other-loudness", "other-place")

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
    yield from _parts(path, facts, differ=differ)
    if is_mixed(facts):
        return  # any difference follows from that
    # far beyond full scale, as with a wrongly assumed sample format
    wild = [
        name
        for name, load in loads.items()
        if load.get("finite") is False or load.get("peak", 0.0) > _WILD
    ]
    yield from _beyond(path, loads, wild) if wild else _samples(path, loads)
    if differ:
        yield _lengths(path, loads, frames, facts, told=told)
    elif not told and "data_bytes" not in facts:
        yield from _fewer_than_promised(path, loads, frames)


def is_mixed(facts: Mapping[str, Any]) -> bool:
    """Return whether a file is joined from parts with different sample rates or channels."""
    return len({(part["rate"], part["channels"]) for part in facts.get("parts", ())}) > 1


def named(names: Sequence[str]) -> str:
    """Return names as a sentence lists them."""
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def _give(names: Sequence[str]) -> str:
    return f"{named(names)} give{'s' * (len(names) == 1)}"


def _load(names: Sequence[str]) -> str:
    return " or ".join(f"load(path, backend={name!r})" for name in names)


def _better(right: Sequence[str]) -> Mend:
    """Return what to do if it is known what the file holds, and which backends give that."""
    if right:
        return Mend(f"Name a backend that returns the stored samples: {_load(right)}")
    return Mend("Write it again in a plain number format: 16, 24 or 32 bits that fill their bytes")


def _parts(path: str, facts: Mapping[str, Any], *, differ: bool) -> Iterator[Finding]:
    """Report a joined file, unless backends differ in length, which another finding reports."""
    parts = facts.get("parts", ())
    if len(parts) < 2:
        return
    first = parts[0]
    other = next(
        (
            part
            for part in parts
            if (part["rate"], part["channels"]) != (first["rate"], first["channels"])
        ),
        None,
    )
    data = {"parts": list(parts)}
    if other is not None:
        before, after = (
            f"{part['channels']} channel{'s' * (part['channels'] != 1)} at {part['rate']} Hz"
            for part in (first, other)
        )
        text = (
            f"it consists of {len(parts)} files joined together: {before}, and from byte "
            f"{other['begin']:,} on {after}"
        )
        yield warning(
            text,
            why="No backend returns all of it.",
            mend=mends.converted(path, first["rate"]),
            subject=path,
            cause="changes-on-its-way",
            data=data,
        )
    elif not differ:
        text = (
            f"it consists of {len(parts)} files joined together; the second begins at byte "
            f"{parts[1]['begin']:,}"
        )
        yield note(text, subject=path, data=data)


def _beyond(path: str, loads: Loads, wild: Sequence[str]) -> Iterator[Finding]:
    """Report backends that return samples far beyond full scale, as no recording has."""
    others = [name for name in loads if name not in wild]
    what = (
        "that are not finite"
        if any(loads[name]["finite"] is False for name in wild)
        else f"up to {loads[wild[0]]['peak']:.3g}"
    )
    text = f"{_give(wild)} samples {what}{f'; {_give(others)} others' if others else ''}"
    right = [name for name in loads if _gives_what_is_stored(loads[name])]
    data = {"backends": list(wild), "others": others, "right": right}
    if set(wild) & set(right):
        why = "Full scale is 1, and the file itself holds such samples: it was saved like this."
        mend = Mend(
            "Check the program that wrote it; "
            "scale the samples to full scale if a model expects that"
        )
    elif right:
        why = (
            f"The file holds other samples: {named(wild)} take{'s' * (len(wild) == 1)} its bytes "
            "for another number format."
        )
        mend = _better(right)
    elif any(loads[name].get("stored") for name in loads):
        why = "The file holds other samples, and no backend here returns them."
        mend = _better(right)
    else:
        why = (
            "Full scale is 1. Either the file was saved like this, or its bytes are read in the "
            "wrong number format."
        )
        # a backend within full scale may have clipped the samples, or may return other noise
        mend = Mend(
            f"Listen to what each gives before you use it: {_load([*wild, *others])}"
            if others
            else "Listen to it before you use it"
        )
    yield warning(text, why=why, mend=mend, subject=path, cause="beyond-full-scale", data=data)


def _samples(path: str, loads: Loads) -> Iterator[Finding]:
    """Report backends whose samples differ from the file's, or else from the first backend's.

    The audio may be another, or the same one scaled or shifted.
    """
    right = [name for name in loads if _gives_what_is_stored(loads[name])]
    groups: dict[tuple[str, str, str], list[str]] = {}
    for name, load in loads.items():
        apart, reference = _reference(load, loads)
        if apart and _how(apart):
            groups.setdefault((*_how(apart), reference), []).append(name)
    for (kind, words, reference), names in sorted(
        groups.items(), key=lambda group: _KINDS.index(group[0][0])
    ):
        text = f"{_give(names)} {words} {reference}"
        data = {"backends": names, "reference": reference, "right": right}
        if kind == _PLACE:
            why = "Labels with timestamps no longer match."
            yield note(text, why=why, subject=path, data=data)
            continue
        is_stored = reference == _STORED
        why = "A model then gets other input."
        if kind == _SOUND:
            end = "." if is_stored else ", or a damaged place is decoded in another way."
            why = f"Its bytes are read in the wrong number format{end}"
        listen = f"Listen to both, and name the right one: {_load([reference, *names])}"
        mend = _better(right) if right or is_stored else Mend(listen)
        yield warning(text, why=why, mend=mend, subject=path, cause=kind, data=data)


def _reference(load: Mapping[str, Any], loads: Loads) -> tuple[Mapping[str, Any] | None, str]:
    """Return the comparison with what the file holds, if known, else with the first backend."""
    if load.get("stored"):
        return load["stored"], _STORED
    apart = load.get("apart")
    return (apart, apart["from"]) if apart and apart["from"] in loads else (None, "")


def _gives_what_is_stored(load: Mapping[str, Any]) -> bool:
    apart = load.get("stored")
    return apart is not None and not _how(apart)


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
    why = lengths.cause(
        Lengths(frames, {name: load["rate"] for name, load in loads.items()}, facts)
    )
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
        if promised and frames[name] < promised:
            yield warning(
                f"{name}: the header promises {promised:,} frames, but only {frames[name]:,} are "
                "there",
                why="The file is cut off, or its header was never completed.",
                mend=Mend("Make or download it again"),
                subject=path,
                cause="truncated-file",
            )
            return
