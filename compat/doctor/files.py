"""Examine a user's file: what its first bytes say, and what each backend does on loading it."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator, Sequence
from typing import Any

from compat.diagnosis import explain, machine
from compat.diagnosis.findings import Finding, Mend, Result, error, note, ok, skipped, warning
from compat.doctor import backends, conversion, differences, kinds
from compat.doctor.checks import imports
from compat.doctor.child import Answer
from compat.doctor.verdict import FILE
from compat.doctor.world import World
from compat.names.backends import part

_HEAD = 512
# warnings of a load that returned less than the file has
_INCOMPLETE = ("TruncatedInputWarning", "DamagedInputWarning")


def examine(world: World, paths: Sequence[str]) -> Iterator[Result]:
    """Load each file with each backend and yield one result per file."""
    names = list(_known())
    readable = [path for path in paths if _refusal(path) is None]
    tasks = [
        {"path": os.path.abspath(path), "backend": name}
        for path in readable
        for name in (None, *names)
    ]
    begun = time.monotonic()
    gate, *answers = (
        world.children.ask_all("reading", [None, *tasks], gate=lambda: False)
        if tasks
        else [Answer()]
    )
    if gate.failed:
        world.once(("import", "torch"), lambda: gate)
        yield Result(
            imports.imports.name, imports.imports.title, (imports.finding(world, "torch"),)
        )
        for path in paths:
            yield Result(
                FILE,
                path,
                (_refusal(path) or skipped("without torch no file can be loaded", subject=path),),
            )
        return
    took = time.monotonic() - begun
    by_file = {
        path: answers[place * (len(names) + 1) : (place + 1) * (len(names) + 1)]
        for place, path in enumerate(readable)
    }
    for path in paths:
        refusal = _refusal(path)
        if refusal is not None:
            yield Result(FILE, path, (refusal,))
        else:
            given = dict(zip((None, *names), by_file[path], strict=True))
            yield Result(
                FILE,
                path,
                tuple(_findings(world, path, given)),
                took / len(readable),
                _headline(given),
            )


def _known() -> tuple[str, ...]:
    from dispatcher import Settings, registry

    order = Settings().choice_order
    return (*order, *(name for name in registry.known() if name not in order))


def _refusal(path: str) -> Finding | None:
    """Return a finding if there is nothing to load."""
    why = "No backend can read it; each fails with its own message."
    if os.path.isdir(path):
        return error("it is a folder", why=why, subject=path, cause="no-file")
    if not os.path.exists(path):
        return error(
            f"it is not there (looked in {os.path.abspath(os.path.dirname(path) or '.')})",
            why=why,
            subject=path,
            cause="no-file",
        )
    if not os.access(path, os.R_OK):
        return error(
            "you may not read it",
            why=why,
            mend=Mend("Allow it", machine.readable(path)),
            subject=path,
            cause="no-permission",
        )
    if os.path.getsize(path) == 0:
        return error(
            "it is empty (0 bytes)",
            why=why,
            mend=Mend("Make or download it again"),
            subject=path,
            cause="empty-file",
        )
    return None


def _findings(world: World, path: str, answers: dict[str | None, Answer]) -> Iterator[Finding]:
    with open(path, "rb") as stream:
        head = stream.read(_HEAD)
    impostor = kinds.impostor(head)
    facts = answers[None].value.get("facts", {}) if not answers[None].failed else {}
    works = {name: answer for name, answer in answers.items() if _gave_sound(answer)}
    losses = {
        name: "" if answer.failed else _loss(path, answer) for name, answer in answers.items()
    }
    why = "The first bytes show this, whatever the file is called."
    if impostor is not None and not works:
        yield error(
            f"it is {impostor[0]}",
            why=why,
            mend=impostor[1],
            subject=path,
            cause="not-audio",
            evidence=(repr(head[:48]),),
        )
    elif not any(head):
        text = f"its first {len(head)} bytes are all zero"
        yield error(
            text,
            why="A copy was interrupted, or a disk was full.",
            mend=Mend("Copy it again"),
            subject=path,
            cause="not-audio",
        )
    else:
        yield from _by_default(
            world, path, answers, works, losses, mixed=differences.is_mixed(facts)
        )
    joined = len(facts.get("parts", ())) > 1
    said = joined or (None in works and bool(losses[None]))
    for name, answer in answers.items():
        if name is not None:
            yield _by_backend(world, path, name, answer, losses[name], said=said)
    yield from kinds.other_name(path, head)
    loads = {name: answer.value for name, answer in works.items() if name is not None}
    told = any(losses[name] for name in works)
    yield from differences.found(path, loads, facts, told=told)


def _gave_sound(answer: Answer) -> bool:
    """Return whether a load returned audio; no frames is a failure if the header announces some."""
    if answer.failed or "load_error" in answer.value:
        return False
    return bool(answer.value["shape"][-1]) or not answer.value.get("info", {}).get("num_frames")


def _headline(answers: dict[str | None, Answer]) -> str:
    """Return one line on the audio and the backends that read it."""
    read = [
        name
        for name, answer in answers.items()
        if name is not None and _gave_sound(answer) and answer.value["shape"][-1]
    ]
    return (
        f"{_sound(answers[None].value)}; read by {', '.join(read)}"
        if _gave_sound(answers[None])
        else ""
    )


def _by_default(
    world: World,
    path: str,
    answers: dict[str | None, Answer],
    works: dict[str | None, Answer],
    losses: dict[str | None, str],
    *,
    mixed: bool,
) -> Iterator[Finding]:
    """Yield the finding for ``load(path)`` without a backend, the call that most programs make.

    A file ``mixed`` from parts with different sample rates or channels has a finding of its own,
    which is the cause of this one.
    """
    named = [name for name in works if name is not None]
    if None in works:
        value, loss = works[None].value, losses[None]
        if loss and not mixed:
            mend = Mend("Make or download it again")
            yield warning(
                f"{_sound(value)}: {loss}", mend=mend, subject=path, cause="incomplete", data=value
            )
        else:
            yield ok(_sound(value), data=value)
        return
    answer = answers[None]
    why = "This is the call that names no backend: load(path)."
    silent = _without_sound(answer)
    if silent:
        yield error(
            silent,
            why=why,
            mend=Mend("Find the recording with sound"),
            subject=path,
            cause="no-sound-stream",
        )
        return
    if mixed:
        return
    if _changes(answer):
        yield _changing(path, answer, named, why)
        return
    whole = [name for name in named if not losses[name]]
    if whole:
        mend = Mend(f"Name a backend that reads it: load(path, backend={whole[0]!r})")
        yield warning(
            f"the backend that is asked first fails: {_why_not(answer)}",
            why=why,
            mend=mend,
            subject=path,
            cause="other-backend-reads",
        )
        return
    if named:
        text = f"no backend reads all of it: {losses[named[0]]}"
        yield error(
            text, why=why, mend=Mend("Make or download it again"), subject=path, cause="incomplete"
        )
        return
    yield error(
        "no backend reads it",
        why=why,
        mend=_what_would(world, path),
        subject=path,
        cause="unreadable",
    )


def _without_sound(answer: Answer) -> str:
    """Describe a file whose streams hold no audio; return an empty string for any other."""
    streams = {} if answer.failed else answer.value.get("streams", {})
    if not streams or "audio" in streams:
        return ""
    others = differences.named([f"{count} of {kind}" for kind, count in sorted(streams.items())])
    what = "it is a video without sound" if "video" in streams else "it holds no sound"
    return f"{what}: its streams are {others}"


def _changes(answer: Answer) -> bool:
    """Return whether a load failed because the stream changes its sample rate or channel count."""
    return not answer.failed and bool(
        re.search(r"\bchanges? (from|to)\b", answer.value.get("load_error", ""))
    )


def _changing(path: str, answer: Answer, named: list[str], why: str) -> Finding:
    """Report a stream that changes midway and that no backend returns whole.

    The mend does not recommend a backend that returns only the first part.
    """
    half = (
        f"; {differences.named(named)} would return only a part, or all of it at one sample rate"
        if named
        else ""
    )
    return error(
        f"{_why_not(answer)}{half}",
        why=why,
        mend=conversion.to_one(path),
        subject=path,
        cause="changes-on-its-way",
    )


def _loss(path: str, answer: Answer) -> str:
    """Return a load's first warning of missing frames, without the file's name; "" without one."""
    told = (text for kind, text in answer.value.get("warnings", ()) if kind in _INCOMPLETE)
    return next(told, "").replace(repr(os.path.abspath(path)), "it")


def _what_would(world: World, path: str) -> Mend:
    """Return a mend that may help with a file that none of the backends here reads."""
    lacking = [name for name in _known() if not backends.works(world, name)]
    if lacking:
        return Mend(
            f"Repair the backend{'s' if len(lacking) > 1 else ''} {', '.join(lacking)} "
            "first: run the doctor without naming a file"
        )
    return conversion.to_one(
        path, text="Make or download it again; if a player can play it, convert it"
    )


def _by_backend(
    world: World, path: str, name: str, answer: Answer, loss: str, *, said: bool
) -> Finding:
    """Yield what one backend does; ``said`` if another finding already reports missing frames."""
    subject = part(name)
    if answer.died:
        how, known = explain.death(answer.died, subject)
        evidence = (*answer.stood_at, *answer.stderr[-3:])
        why = "The file may be made to crash a library. Do not load it in an important process."
        return warning(
            f"{name}: loading it {how}",
            why=why,
            mend=Mend(f"Do not use {name} for this file"),
            subject=path,
            cause=known.name,
            evidence=evidence,
        )
    if answer.raised:
        return note(
            f"{name}: {answer.raised.splitlines()[0]}",
            why="It fails before it opens the file.",
            subject=path,
        )
    value = answer.value
    if "load_error" in value:
        if not backends.works(world, name):
            return skipped(f"{name}: does not work here", subject=path)
        return note(f"{name}: {_own_words(value['load_error'])}", subject=path, data=value)
    if not _gave_sound(answer):
        return note(
            f"{name}: it returns no samples, though the header promises some",
            subject=path,
            data=value,
        )
    data = {"backend": name, **value}
    if loss:
        return (ok if said else note)(
            f"{name}: {_sound(value)}: {loss}", subject=path, cause="incomplete", data=data
        )
    return ok(f"{name}: {_sound(value)}", data=data)


def _why_not(answer: Answer) -> str:
    if answer.died:
        return f"loading {explain.death(answer.died)[0]}"
    if answer.failed:
        return answer.raised.splitlines()[0]
    return _own_words(
        answer.value.get("load_error", "it returns no samples, though the header promises some")
    )


def _own_words(error: str) -> str:
    """Return an error without file, backend and next step, which the page already names."""
    cause = re.sub(r"^cannot read .*? with the \w+ backend: ", "", error)
    return re.sub(
        r"\. (compat\.load\(|`python -m compat\.doctor).*", "", cause, flags=re.DOTALL
    ).rstrip(".")


def _sound(value: dict[str, Any]) -> str:
    frames, rate = value["shape"][-1], value["rate"]
    channels = value["shape"][0]
    coded = f", {value['info']['encoding']}" if "info" in value else ""
    return (
        f"{frames / rate if rate else 0:.3f} s at {rate} Hz, {channels} "
        f"channel{'s' if channels != 1 else ''}{coded}"
    )
