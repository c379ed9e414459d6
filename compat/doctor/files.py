"""Examine a user's file: what its first bytes say, and what each backend does on loading it."""

from __future__ import annotations

import os
import pathlib
import re
import time
from collections.abc import Iterator, Sequence
from typing import Any

import compat.shell as shell
from compat.doctor import backends, explain, lengths, machine
from compat.doctor.checks import imports
from compat.doctor.child import Answer
from compat.doctor.findings import Finding, Mend, Result, error, note, ok, skipped, warning
from compat.doctor.lengths import Lengths
from compat.doctor.verdict import FILE
from compat.doctor.world import World

_HEAD = 512
# warnings of a load that returned less than the file has
_INCOMPLETE = ("TruncatedInputWarning", "DamagedInputWarning")
_UNLIKE = 0.9
_LOUDER = 0.01
_WILD = 1000.0

# file types by their first bytes: offset, bytes, name, extensions that fit
_KINDS: tuple[tuple[int, bytes, str, tuple[str, ...]], ...] = (
    (8, b"WAVE", "WAV", (".wav", ".wave", ".wv")),
    (8, b"AVI ", "AVI", (".avi",)),
    (8, b"AIFF", "AIFF", (".aif", ".aiff")),
    (8, b"AIFC", "AIFF-C", (".aif", ".aiff", ".aifc")),
    (0, b"fLaC", "FLAC", (".flac",)),
    (28, b"OpusHead", "Ogg Opus", (".opus", ".ogg", ".oga")),
    (29, b"vorbis", "Ogg Vorbis", (".ogg", ".oga", ".vorbis")),
    (0, b"OggS", "Ogg", (".ogg", ".oga", ".opus", ".vorbis", ".spx")),
    (0, b"ID3", "MP3 with ID3 tags", (".mp3",)),
    (4, b"ftyp", "MP4 or M4A", (".mp4", ".m4a", ".m4b", ".mov", ".3gp", ".aac")),
    (0, b"\x1aE\xdf\xa3", "Matroska or WebM", (".mkv", ".mka", ".webm", ".weba")),
    (0, b"NIST_1A", "NIST SPHERE", (".sph", ".nist", ".wav", ".nis")),
    (0, b"#!AMR-WB", "AMR-WB", (".amr", ".awb", ".amr-wb")),
    (0, b"#!AMR", "AMR-NB", (".amr", ".amr-nb")),
    (0, b".snd", "AU", (".au", ".snd")),
    (0, b"caff", "CAF", (".caf",)),
    (0, b"riff\x2e\x91\xcf\x11", "W64", (".w64",)),
    (0, b"RF64", "RF64", (".wav", ".rf64")),
    (0, b"wvpk", "WavPack", (".wv",)),
    (0, b"MAC ", "Monkey's Audio", (".ape",)),
    (0, b"\x30\x26\xb2\x75", "WMA or WMV", (".wma", ".wmv", ".asf")),
)
# An MPEG audio frame begins with eleven set bits; the layer bits distinguish MP3 from raw AAC.
_MPEG_LAYERS = {0: ("raw AAC (ADTS)", (".aac", ".adts")), 1: ("MP3", (".mp3",)), 2: ("MP2", (".mp2", ".mp3")), 3: ("MP1", (".mp1", ".mp3"))}

# files that are not audio, whatever their names say: first bytes, name, mend
_IMPOSTORS: tuple[tuple[bytes, str, Mend], ...] = (
    (
        b"version https://git-lfs",
        "a Git LFS pointer; the audio itself was never fetched",
        Mend("Fetch it", shell.lines("git", "lfs", "pull")),
    ),
    (
        b"<!doctype html",
        "a web page, probably because a download was refused",
        Mend("Download it again, and read what the server answers"),
    ),
    (b"<html", "a web page, probably because a download was refused", Mend("Download it again, and read what the server answers")),
    (b"<?xml", "an XML document, probably a server's error message", Mend("Download it again, and read what the server answers")),
    (b"#extm3u", "a playlist, which lists other files", Mend("Load the files that it lists")),
    (b"pk\x03\x04", "a zip archive", Mend("Unpack it first")),
    (b"\x1f\x8b", "compressed with gzip", Mend("Unpack it first")),
    (b"7z\xbc\xaf", "a 7z archive", Mend("Unpack it first")),
    (b"%pdf", "a PDF", Mend("Find the audio file that belongs here")),
    (b"gif8", "a picture", Mend("Find the audio file that belongs here")),
    (b"\xff\xd8\xff", "a picture", Mend("Find the audio file that belongs here")),
    (b"\x89png", "a picture", Mend("Find the audio file that belongs here")),
    (b"\x93numpy", "a numpy array (.npy)", Mend("Load it with numpy.load")),
)


def examine(world: World, paths: Sequence[str]) -> Iterator[Result]:
    """Load each file with each backend and yield one result per file."""
    names = list(_known())
    readable = [path for path in paths if _refusal(path) is None]
    tasks = [{"path": os.path.abspath(path), "backend": name} for path in readable for name in (None, *names)]
    begun = time.monotonic()
    gate, *answers = world.children.ask_all("reading", [None, *tasks], gate=lambda: False) if tasks else [Answer()]
    if gate.failed:
        world.once(("import", "torch"), lambda: gate)
        yield Result(imports.imports.name, imports.imports.title, (imports.finding(world, "torch"),))
        for path in paths:
            yield Result(FILE, path, (_refusal(path) or skipped("without torch no file can be loaded", subject=path),))
        return
    took = time.monotonic() - begun
    by_file = {path: answers[place * (len(names) + 1) : (place + 1) * (len(names) + 1)] for place, path in enumerate(readable)}
    for path in paths:
        refusal = _refusal(path)
        if refusal is not None:
            yield Result(FILE, path, (refusal,))
        else:
            given = dict(zip((None, *names), by_file[path], strict=True))
            yield Result(FILE, path, tuple(_findings(world, path, given)), took / len(readable), _headline(given))


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
        return error(f"it is not there (looked in {os.path.abspath(os.path.dirname(path) or '.')})", why=why, subject=path, cause="no-file")
    if not os.access(path, os.R_OK):
        return error("you may not read it", why=why, mend=Mend("Allow it", machine.readable(path)), subject=path, cause="no-permission")
    if os.path.getsize(path) == 0:
        return error("it is empty (0 bytes)", why=why, mend=Mend("Make or download it again"), subject=path, cause="empty-file")
    return None


def _findings(world: World, path: str, answers: dict[str | None, Answer]) -> Iterator[Finding]:
    with open(path, "rb") as stream:
        head = stream.read(_HEAD)
    impostor = next(((what, mend) for magic, what, mend in _IMPOSTORS if head.lstrip()[:64].lower().startswith(magic)), None)
    works = {name: answer for name, answer in answers.items() if _gave_sound(answer)}
    why = "The first bytes show this, whatever the file is called."
    if impostor is not None and not works:
        yield error(f"it is {impostor[0]}", why=why, mend=impostor[1], subject=path, cause="not-audio", evidence=(repr(head[:48]),))
    elif not any(head):
        text = f"its first {len(head)} bytes are all zero"
        yield error(text, why="A copy was interrupted, or a disk was full.", mend=Mend("Copy it again"), subject=path, cause="not-audio")
    else:
        yield from _by_default(world, path, answers, works)
    for name, answer in answers.items():
        if name is not None:
            yield _by_backend(world, path, name, answer)
    yield from _kind(path, head)
    facts = answers[None].value.get("facts", {}) if not answers[None].failed else {}
    yield from _parts(path, facts)
    yield from _beyond(path, works)
    yield from _samples(path, works)
    yield from _lengths(path, works, facts)


def _gave_sound(answer: Answer) -> bool:
    """Return whether a load returned audio; no frames is a failure if the header announces some."""
    if answer.failed or "load_error" in answer.value:
        return False
    return bool(answer.value["shape"][-1]) or not answer.value.get("info", {}).get("num_frames")


def _headline(answers: dict[str | None, Answer]) -> str:
    """Return one line on the audio and the backends that read it."""
    read = [name for name, answer in answers.items() if name is not None and _gave_sound(answer)]
    return f"{_sound(answers[None].value)}; read by {', '.join(read)}" if _gave_sound(answers[None]) else ""


def _by_default(world: World, path: str, answers: dict[str | None, Answer], works: dict[str | None, Answer]) -> Iterator[Finding]:
    """Yield the finding for ``load(path)`` without a backend, the call that most programs make."""
    named = [name for name in works if name is not None]
    if None in works:
        value, told = works[None].value, _told(works[None], *_INCOMPLETE)
        if told:
            text = f"{_sound(value)}, and a warning: {told[0]}"
            mend = Mend("Make or download it again")
            yield warning(text, why="A part of the file is missing.", mend=mend, subject=path, cause="incomplete", data=value)
        else:
            yield ok(_sound(value), data=value)
        return
    answer = answers[None]
    why = "This is the call that names no backend: load(path)."
    silent = _without_sound(answer)
    if silent:
        yield error(silent, why=why, mend=Mend("Find the recording with sound"), subject=path, cause="no-sound-stream")
        return
    if _changes(answer):
        yield _changing(path, answer, named, why)
        return
    named = [name for name in named if not _told(works[name], *_INCOMPLETE)]
    if named:
        mend = Mend(f"Name a backend that reads it: load(path, backend={named[0]!r})")
        yield warning(
            f"the backend that is asked first fails: {_why_not(answer)}", why=why, mend=mend, subject=path, cause="other-backend-reads"
        )
        return
    mend = _what_would(world, path)
    yield error("no backend reads it", why=why, mend=mend, subject=path, cause="unreadable")


def _without_sound(answer: Answer) -> str:
    """Describe a file whose streams hold no audio; return an empty string for any other."""
    streams = {} if answer.failed else answer.value.get("streams", {})
    if not streams or "audio" in streams:
        return ""
    others = " and ".join(f"{count} of {kind}" for kind, count in sorted(streams.items()))
    what = "it is a video without sound" if "video" in streams else "it holds no sound"
    return f"{what}: its streams are {others}"


def _changes(answer: Answer) -> bool:
    """Return whether a load failed because the stream changes its sample rate or channel count."""
    return not answer.failed and bool(re.search(r"\bchanges? (from|to)\b", answer.value.get("load_error", "")))


def _changing(path: str, answer: Answer, named: list[str], why: str) -> Finding:
    """Report a stream that changes midway and that no backend returns whole.

    The mend does not recommend a backend that returns only the first part.
    """
    half = f"; {' and '.join(named)} would return only a part, or all of it at one sample rate" if named else ""
    made = str(pathlib.PurePath(path).with_suffix(".converted.wav"))
    mend = Mend("Convert it with the ffmpeg command", shell.lines("ffmpeg", "-i", path, "-c:a", "pcm_s16le", made))
    return error(f"{_why_not(answer)}{half}", why=why, mend=mend, subject=path, cause="changes-on-its-way")


def _told(answer: Answer, *kinds: str) -> list[str]:
    """Return the warnings of these kinds that a load gave."""
    return [text for kind, text in answer.value.get("warnings", ()) if kind in kinds]


def _what_would(world: World, path: str) -> Mend:
    """Return a mend that may help with a file that none of the backends here reads."""
    lacking = [name for name in _known() if not backends.works(world, name)]
    if lacking:
        return Mend(f"Mend the backend{'s' if len(lacking) > 1 else ''} {', '.join(lacking)} first: run the doctor without naming a file")
    made = str(pathlib.PurePath(path).with_suffix(".converted.wav"))
    return Mend(
        "Make or download it again; if a player can play it, convert it", shell.lines("ffmpeg", "-i", path, "-c:a", "pcm_s16le", made)
    )


def _by_backend(world: World, path: str, name: str, answer: Answer) -> Finding:
    subject = {"ffmpeg": "av", "sox": "libsox"}.get(name, name)
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
        return note(f"{name}: {answer.raised.splitlines()[0]}", why="It fails before it opens the file.", subject=path)
    value = answer.value
    if "load_error" in value:
        if not backends.works(world, name):
            return skipped(f"{name}: does not work here", subject=path)
        return note(f"{name}: {_own_words(value['load_error'])}", subject=path, data=value)
    if not _gave_sound(answer):
        return note(f"{name}: it returns no samples, though the header promises some", subject=path, data=value)
    told = _told(answer, *_INCOMPLETE)
    if told:
        return note(
            f"{name}: {_sound(value)}, and it warns: {told[0]}",
            subject=path,
            cause="incomplete",
            why="A part of the file is missing.",
            data=value,
        )
    return ok(f"{name}: {_sound(value)}", data={"backend": name, **value})


def _why_not(answer: Answer) -> str:
    if answer.died:
        return f"loading {explain.death(answer.died)[0]}"
    if answer.failed:
        return answer.raised.splitlines()[0]
    return _own_words(answer.value.get("load_error", "it returns no samples, though the header promises some"))


def _own_words(error: str) -> str:
    """Return an error without the file and the backend, which the page already names."""
    return re.sub(r"^cannot read .*? with the \w+ backend: ", "", error).rstrip(".")


def _sound(value: dict[str, Any]) -> str:
    frames, rate = value["shape"][-1], value["rate"]
    channels = value["shape"][0]
    coded = f", {value['info']['encoding']}" if "info" in value else ""
    return f"{frames / rate if rate else 0:.3f} s at {rate} Hz, {channels} channel{'s' if channels != 1 else ''}{coded}"


def _kind(path: str, head: bytes) -> Iterator[Finding]:
    """Report an extension that does not fit the content."""
    kind = next(((name, fitting) for at, magic, name, fitting in _KINDS if head[at : at + len(magic)] == magic), None)
    if kind is None and len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0:
        kind = _MPEG_LAYERS[(head[1] >> 1) & 3]
    extension = pathlib.PurePath(path).suffix.lower()
    if kind and extension and extension not in kind[1]:
        why = "sox and soundfile may use the extension to choose the format."
        mend = Mend(f"Rename it to {pathlib.PurePath(path).stem}{kind[1][0]}")
        yield note(
            f"it is {kind[0]} by its content, but its extension is {extension}", why=why, mend=mend, subject=path, data={"kind": kind[0]}
        )


def _parts(path: str, facts: dict[str, Any]) -> Iterator[Finding]:
    """Report a file that was joined from several files."""
    found = facts.get("parts", ())
    if len(found) < 2:
        return
    first = found[0]
    other = next((part for part in found if (part["rate"], part["channels"]) != (first["rate"], first["channels"])), None)
    data = {"parts": list(found)}
    if other is None:
        why = "Some backends read only the first part."
        text = f"it consists of {len(found)} files joined together; the second begins at byte {found[1]['begin']:,}"
        yield note(text, why=why, subject=path, data=data)
        return
    made = str(pathlib.PurePath(path).with_suffix(".converted.wav"))
    rate = ("-ar", str(first["rate"]))
    mend = Mend("Convert it with the ffmpeg command", shell.lines("ffmpeg", "-i", path, *rate, "-c:a", "pcm_s16le", made))
    before, after = (f"{part['channels']} channel{'s' * (part['channels'] != 1)} at {part['rate']} Hz" for part in (first, other))
    text = f"it consists of {len(found)} files joined together: {before}, and from byte {other['begin']:,} on {after}"
    yield warning(text, why="No backend returns all of it.", mend=mend, subject=path, cause="changes-on-its-way", data=data)


def _beyond(path: str, works: dict[str | None, Answer]) -> Iterator[Finding]:
    """Report backends that return samples far beyond full scale, as no recording has."""
    named = [name for name in works if name is not None]
    wild = [name for name in named if _is_wild(works[name].value)]
    if not wild:
        return
    sane = [name for name in named if name not in wild]
    peaks = [works[name].value for name in wild]
    what = "that are not finite" if any(value["finite"] is False for value in peaks) else f"up to {peaks[0]['peak']:.3g}"
    others = f"; {' and '.join(sane)} give{'s' * (len(sane) == 1)} others" if sane else ""
    why = "Full scale is 1. Either the file was saved like this, or its bytes are read in the wrong number format."
    # a backend that stays within full scale may have clipped, or may itself return noise
    each = " and ".join(f"load(path, backend={name!r})" for name in (*wild, *sane))
    mend = Mend(f"Listen to what each gives before you use it: {each}" if sane else "Listen to it before you use it")
    text = f"{' and '.join(wild)} give{'s' * (len(wild) == 1)} samples {what}{others}"
    yield warning(text, why=why, mend=mend, subject=path, cause="beyond-full-scale", data={"backends": wild, "others": sane})


def _samples(path: str, works: dict[str | None, Answer]) -> Iterator[Finding]:
    """Report backends whose samples differ: other audio, or the same louder, softer or shifted."""
    for name, answer in works.items():
        found = answer.value.get("apart")
        if name is None or not found or _is_wild(answer.value) or _is_wild(works[found["from"]].value):
            continue
        other = found["from"]
        if found["likeness"] < _UNLIKE:
            why = "One of them reads the bytes in the wrong number format, or decodes a damaged place in another way."
            text = f"{name} returns other samples than {other}; it is another sound"
            mend = Mend(f"Listen to both, and name the right one: load(path, backend={other!r}) or load(path, backend={name!r})")
            yield warning(text, why=why, mend=mend, subject=path, cause="other-samples", data=found)
        elif abs(found["factor"] - 1) > _LOUDER:
            text = f"{name} gives the same sound {found['factor']:.4g} times as loud as {other}"
            yield warning(text, why="A model then gets other input.", subject=path, cause="other-loudness", data=found)
        elif found["shift"]:
            where = "later" if found["shift"] > 0 else "earlier"
            text = f"{name} gives the same sound {abs(found['shift'])} frames {where} than {other}"
            yield note(text, why="Labels with timestamps no longer match.", subject=path, data=found)


def _is_wild(value: dict[str, Any]) -> bool:
    """Return whether samples are far beyond full scale, as with a wrongly assumed sample format."""
    return value.get("finite") is False or value.get("peak", 0.0) > _WILD


def _lengths(path: str, works: dict[str | None, Answer], facts: dict[str, Any]) -> Iterator[Finding]:
    """Report backends that disagree on the length, or a header with more frames than the file."""
    frames = {name: answer.value["shape"][-1] for name, answer in works.items() if name is not None}
    if len(set(frames.values())) > 1:
        listed = ", ".join(f"{name} {count:,}" for name, count in frames.items())
        rates = {name: works[name].value["rate"] for name in frames}
        why = lengths.cause(Lengths(frames, rates, facts))
        yield note(f"backends give different lengths, in frames: {listed}", why=why, subject=path, data=frames)
    for name, answer in works.items():
        told = answer.value.get("info", {}).get("num_frames")
        if name is not None and told and answer.value["shape"][-1] < told:
            text = f"{name}: the header promises {told:,} frames, but only {answer.value['shape'][-1]:,} are there"
            why = "The file is cut off, or its header was never completed."
            mend = Mend("Make or download it again")
            yield warning(text, why=why, mend=mend, subject=path, cause="truncated-file")
            return
