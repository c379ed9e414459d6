"""Examine a user's file: what its first bytes say, and what each backend does on loading it."""

import functools
import os
import re
import time
from collections.abc import Iterator, Sequence
from typing import Any

from compat.diagnosis import explain, machine, mends
from compat.diagnosis.findings import Finding, Mend, Result, error, note, ok, skipped, warning
from compat.doctor import backends, differences, failing, kinds, lengths
from compat.doctor.checks import imports
from compat.doctor.child import Answer
from compat.doctor.verdict import FILE
from compat.doctor.world import World
from compat.names.backends import part

_HEAD = 512
_AGAIN = Mend("Make or download it again")
# warnings of a load that returned less than the file has, or other samples
_INCOMPLETE, _MISREAD = ("TruncatedInputWarning", "DamagedInputWarning"), ("MisreadInputWarning",)
_NEXT_STEP = re.compile(
    r"\. (compat\.load\(|Use backend=|`python -m compat\.doctor).*", flags=re.DOTALL
)


def examine(world: World, paths: Sequence[str]) -> Iterator[Result]:
    """Load each file with each backend and yield one result per file."""
    names = (None, *_known())
    refusals = [_refusal(path) for path in paths]
    tasks = [
        {"path": os.path.abspath(path), "backend": name}
        for path, refusal in zip(paths, refusals, strict=True)
        if refusal is None
        for name in names
    ]
    begun = time.monotonic()
    answers = world.ask_over_torch("reading", tasks) if tasks else []
    seconds = (time.monotonic() - begun) * len(names) / max(1, len(tasks))
    if answers is None:
        check = imports.imports
        yield Result(check.name, check.title, (imports.finding(world, "torch"),))
    remaining = iter(answers or ())
    for path, refusal in zip(paths, refusals, strict=True):
        if refusal is None and answers is None:
            refusal = skipped("without torch no file can be loaded", subject=path)
        if refusal is not None:
            yield Result(FILE, path, (refusal,))
        else:
            given = dict(zip(names, remaining, strict=False))
            yield Result(
                FILE, path, tuple(_findings(world, path, given)), seconds, _headline(given)
            )


def _known() -> tuple[str, ...]:
    from dispatcher import Settings, registry

    order = Settings().choice_order
    return (*order, *(name for name in registry.known() if name not in order))


def _refusal(path: str) -> Finding | None:
    """Return a finding if there is nothing to load."""
    from dispatcher.reading import unreadable

    why = unreadable.of_file(path)
    if not why:
        return None
    others = {
        "it is a folder": ("no-file", Mend("Name a file in it")),
        "it is an address, and no file": ("no-file", Mend("Download it, and name that file")),
        "it is not a regular file": (
            "no-file",
            Mend("Write what it gives to a file, and name that"),
        ),
        "it is empty": ("empty-file", _AGAIN),
        "you may not read it": ("no-permission", Mend("Allow it", machine.readable(path))),
    }
    correct = Mend(
        f"Correct the path (here it means {os.path.abspath(path)}), or run the doctor in the "
        "folder that it starts from"
    )
    cause, mend = others.get(why, ("no-file", correct))
    return error(
        why,
        why="No backend is asked: each would fail with a message of its own, or wait.",
        mend=mend,
        subject=path,
        cause=cause,
    )


def _findings(world: World, path: str, answers: dict[str | None, Answer]) -> Iterator[Finding]:
    with open(path, "rb") as stream:
        head = stream.read(_HEAD)
    impostor = kinds.impostor(head)
    facts = answers[None].value.get("facts", {}) if not answers[None].failed else {}
    losses = {name: _warned(path, answer, _INCOMPLETE) for name, answer in answers.items()}
    works = {name: answer for name, answer in answers.items() if _gave_sound(answer)}
    if impostor is not None and not works:
        yield error(
            f"it is {impostor[0]}",
            why="The first bytes show this, whatever the file is called.",
            mend=impostor[1],
            subject=path,
            cause="not-audio",
            evidence=(repr(head[:48]),),
        )
    elif not any(head):
        yield error(
            f"its first {len(head)} bytes are all zero",
            why="A copy was interrupted, or a disk was full.",
            mend=Mend("Copy it again"),
            subject=path,
            cause="not-audio",
        )
    else:
        is_mixed = differences.is_mixed(facts)
        yield from _by_default(world, path, answers[None], works, losses, is_mixed=is_mixed)
    joined = len(facts.get("parts", ())) > 1
    said = joined or (None in works and bool(losses[None]))
    for name, answer in answers.items():
        if name is not None:
            yield _by_backend(world, path, name, answer, losses[name], said=said)
    loads = {
        name: {**answer.value, "misread": _cause(_warned(path, answer, _MISREAD))}
        for name, answer in works.items()
        if name is not None
    }
    told = any(losses[name] for name in works)
    yield from differences.found(path, loads, facts, told=told)


def _gave_sound(answer: Answer) -> bool:
    """Return whether a load returned audio; no frames is a failure if the header announces some."""
    if answer.failed or "load_error" in answer.value:
        return False
    return bool(answer.value["shape"][-1]) or not answer.value.get("info", {}).get("num_frames")


def _headline(answers: dict[str | None, Answer]) -> str:
    """Return one line on the audio and the backends that read it."""
    if not _gave_sound(answers[None]):
        return ""
    read = [
        name
        for name, answer in answers.items()
        if name is not None and _gave_sound(answer) and answer.value["shape"][-1]
    ]
    return f"{_sound(answers[None].value)}; read by {', '.join(read)}"


def _by_default(
    world: World,
    path: str,
    answer: Answer,
    works: dict[str | None, Answer],
    losses: dict[str | None, str],
    *,
    is_mixed: bool,
) -> Iterator[Finding]:
    """Yield the finding for ``load(path)`` without a backend, the call that most programs make.

    A file mixed from parts with different sample rates or channels has a finding of its own, which
    is the cause of this one.
    """
    named = [name for name in works if name is not None]
    whole = [name for name in named if not losses[name]]
    whole.sort(key=lambda name: bool(_warned(path, works[name], _MISREAD)))
    if None in works:
        sound, seconds, loss = _sound(answer.value), _seconds(answer.value), losses[None]
        if loss and not is_mixed:
            longer = [name for name in whole if _seconds(works[name].value) > seconds]
            text, mend = f"{sound}: {loss}", _naming(longer[0]) if longer else _AGAIN
            yield warning(text, mend=mend, subject=path, cause="incomplete", data=answer.value)
        else:
            yield ok(sound, data=answer.value)
        return
    why = "load(path) without backend= fails for this reason."
    fail = functools.partial(error, why=why, subject=path)
    if silent := _without_sound(answer):
        mend = Mend("Find the recording with sound")
        yield fail(silent, mend=mend, cause="no-sound-stream")
    elif is_mixed:
        return
    elif re.search(r"\bchanges? (from|to)\b", _why_not(answer)):  # its rate, or its channels
        # no backend is recommended that returns only the first part
        part_of_it = "would return only a part, or all of it at one sample rate"
        others = f"; {lengths.named(named)} {part_of_it}" if named else ""
        yield fail(
            f"{_why_not(answer)}{others}",
            mend=mends.converted(path),
            cause="changes-on-its-way",
        )
    elif whole:
        yield warning(
            f"the backend that is asked first fails: {_why_not(answer)}",
            why=why,
            mend=_naming(whole[0]),
            subject=path,
            cause="other-backend-reads",
        )
    elif named:
        text = f"no backend reads all of it: {losses[named[0]]}"
        yield fail(text, mend=_AGAIN, cause="incomplete")
    else:
        yield fail("no backend reads it", mend=_what_would(world, path), cause="unreadable")


def _naming(name: str) -> Mend:
    return Mend(f"Name a backend that reads it: load(path, backend={name!r})")


def _without_sound(answer: Answer) -> str:
    """Describe a file whose streams hold no audio; return an empty string for any other."""
    streams = {} if answer.failed else answer.value.get("streams", {})
    if not streams or "audio" in streams:
        return ""
    others = lengths.named([f"{count} of {kind}" for kind, count in sorted(streams.items())])
    what = "it is a video without sound" if "video" in streams else "it holds no sound"
    return f"{what}: its streams are {others}"


def _warned(path: str, answer: Answer, kinds: Sequence[str]) -> str:
    """Return a load's first warning of some kinds, without the file's name; "" without one."""
    warnings = () if answer.failed else answer.value.get("warnings", ())
    told = (text for kind, text in warnings if kind in kinds)
    return next(told, "").replace(repr(os.path.abspath(path)), "it")


def _cause(warning: str) -> str:
    """Return what a warning of the form ``it may ...: CAUSE. NEXT STEP`` says of the cause."""
    return _NEXT_STEP.sub("", warning.partition(": ")[2])


def _what_would(world: World, path: str) -> Mend:
    """Return a mend that may help with a file that none of the backends here reads."""
    lacking = [name for name in _known() if not backends.works(world, name)]
    if lacking:
        return Mend(
            f"Repair the backend{'s' if len(lacking) > 1 else ''} {', '.join(lacking)} "
            "first: run the doctor without naming a file"
        )
    return mends.converted(
        path, text="Make or download it again; if a player can play it, convert it"
    )


def _by_backend(
    world: World, path: str, name: str, answer: Answer, loss: str, *, said: bool
) -> Finding:
    """Yield what one backend does; ``said`` if another finding already reports missing frames."""
    if answer.died:
        return failing.death(
            f"{name}: loading it",
            answer,
            part(name),
            warning,
            why="The file may be made to crash a library. Do not load it in an important process.",
            mend=Mend(f"Do not use {name} for this file"),
            subject=path,
        )
    if answer.raised:
        return note(
            f"{name}: {answer.error}",
            why="It fails before it opens the file.",
            subject=path,
        )
    value = answer.value
    if "load_error" in value and not backends.works(world, name):
        return skipped(f"{name}: does not work here", subject=path)
    if not _gave_sound(answer):
        return note(f"{name}: {_why_not(answer)}", subject=path, data=value)
    data = {"backend": name, **value}
    if loss:
        return (ok if said else note)(
            f"{name}: {_sound(value)}: {loss}", subject=path, cause="incomplete", data=data
        )
    return ok(f"{name}: {_sound(value)}", data=data)


def _why_not(answer: Answer) -> str:
    """Return why a load failed, without file, backend and next step, which the page names."""
    if answer.died:
        return f"loading {explain.death(answer.died)[0]}"
    if answer.failed:
        return answer.error
    nothing = "it returns no samples, though the header promises some"
    said = re.sub(
        r"^cannot read .*? with the \w+ backend: ", "", answer.value.get("load_error", nothing)
    )
    return _NEXT_STEP.sub("", said).rstrip(".")


def _sound(value: dict[str, Any]) -> str:
    channels, rate = value["shape"][0], value["rate"]
    coded = f", {value['info']['encoding']}" if "info" in value else ""
    plural = "s" * (channels != 1)
    return f"{_seconds(value):.3f} s at {rate} Hz, {channels} channel{plural}{coded}"


def _seconds(value: dict[str, Any]) -> float:
    return float(value["shape"][-1] / value["rate"]) if value["rate"] else 0.0
