"""One run: find the files, read each once, settle on the new texts, put them in place."""

from __future__ import annotations

import dataclasses
import gc
import os
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

from compat.codemod import discovery, othertext, writing
from compat.codemod.discovery import Found
from compat.codemod.findings import Finding, Place
from compat.codemod.options import Options

# A file without any of these bytes has nothing to do with torchaudio; one without the second kind only uses what stays.
_SPEAKS = re.compile(rb"torchaudio|TORCHAUDIO_")
_SPEAKS_ELSEWHERE = re.compile(rb"torchaudio|TORCHAUDIO_|sox_io")
_MATTERS = re.compile(
    rb"backend|\bload(?:_wav)?\b|\bsave\b|\binfo\b|AudioMetaData|TORCHAUDIO_|USE_SOUNDFILE|sox_|kaldi_io"
    rb"|torchaudio[ \t]*\.[ \t]*(?:io|_)|torchaudio['\" \t]*[=<>~]|torchaudio[ \t]+import|torchaudio\)"
    rb"|import[ \t]*\*|import_|import[ \t]+torchaudio[ \t]+as|sys\.modules|setattr|patch"
)
_BATCH = 200


@dataclasses.dataclass(frozen=True)
class Problem:
    """A file that could not be read, parsed or written, and why."""

    path: str
    reason: str
    line: int | None = None

    def __str__(self) -> str:
        return f"{self.path}{'' if self.line is None else f':{self.line}'}: {self.reason}"


@dataclasses.dataclass
class FileResult:
    """What became of one file.

    Attributes:
        old: its content as it was read.
        new: its content as it is to be, the same where nothing changes.
        before: its Python before, for showing; a notebook's is its cells, one after the other.
        fixed: what was changed, at its place in the old content.
        left: what is left, at its place in the old content.
        left_after: what is left, at its place in the new content.
    """

    path: str
    old: bytes
    new: bytes
    before: str = ""
    after: str = ""
    fixed: list[Finding] = dataclasses.field(default_factory=list)
    left: list[Finding] = dataclasses.field(default_factory=list)
    left_after: list[Finding] = dataclasses.field(default_factory=list)

    @property
    def changed(self) -> bool:
        """Whether it is to be another."""
        return self.new != self.old


@dataclasses.dataclass
class Result:
    """What became of the run."""

    files: list[FileResult] = dataclasses.field(default_factory=list)
    problems: list[Problem] = dataclasses.field(default_factory=list)
    scanned: int = 0
    broken: bool = False


Tick = Callable[[int, int], None]


def run(options: Options, tick: Tick = lambda done, total: None) -> Result:
    """Do what the options ask for; files are written only if they say so."""
    result = Result()
    found = list(discovery.walk([*options.paths, *options.entry], options.exclude, documents=options.docs))
    hits, others, own_names = _scan(found, options, result, tick)
    # Syntax trees are many objects that all live to the end: looking for garbage among them costs a third of the time.
    was_on = gc.isenabled()
    gc.disable()
    try:
        settle(hits, others, own_names, options, result)
    finally:
        if was_on:
            gc.enable()
    if options.writes and not result.broken:
        _write(result)
    return result


def run_text(text: bytes, options: Options, path: str = "<stdin>") -> Result:
    """The same for one text that is in no file."""
    result = Result(scanned=1)
    hits = [(path, discovery.PYTHON, text)] if _SPEAKS.search(text) or options.target == "compat" else []
    if not hits:
        result.files.append(FileResult(path, text, text))
    settle(hits, [], frozenset(), dataclasses.replace(options, entry=(path,) if options.target == "compat" else ()), result)
    return result


# Reading


def _scan(
    found: list[Found], options: Options, result: Result, tick: Tick
) -> tuple[list[tuple[str, str, bytes]], list[str], frozenset[str]]:
    """The files that speak of torchaudio, with their content; the other Python files; and which of our names the project takes."""
    entries = frozenset(map(os.path.realpath, options.entry))
    batches = [found[at : at + _BATCH] for at in range(0, len(found), _BATCH)]
    hits: list[tuple[str, str, bytes]] = []
    others: list[str] = []
    by_path = {one.path: one for one in found}
    done = 0
    for readings in _readings(batches, options.jobs):
        done += len(readings)
        tick(done, len(found))
        for path, data, why in readings:
            one = by_path[path]
            if why and not one.is_ignored():
                result.problems.append(Problem(path, why))
            elif data is not None or (entries and os.path.realpath(path) in entries):
                if not one.is_ignored():
                    hits.append((path, one.kind, data if data is not None else _content(path)))
            elif one.kind == discovery.PYTHON:
                others.append(path)
    result.scanned = len(found)
    return hits, others, _own_names(found)


def _readings(batches: list[list[Found]], jobs: int) -> Iterator[list[tuple[str, bytes | None, str]]]:
    work = [[(one.path, one.kind) for one in batch] for batch in batches]
    if jobs < 2 or len(work) < 2:
        yield from map(probe, work)
        return
    import concurrent.futures

    with concurrent.futures.ProcessPoolExecutor(min(jobs, len(work))) as pool:
        yield from pool.map(probe, work)


def probe(batch: list[tuple[str, str]]) -> list[tuple[str, bytes | None, str]]:
    """Read files: each one's path, its content if it speaks of torchaudio, and why it could not be read."""
    out: list[tuple[str, bytes | None, str]] = []
    for path, kind in batch:
        try:
            descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0))
            with open(descriptor, "rb", buffering=0) as file:
                data = file.read()
        except OSError as why:
            out.append((path, None, why.strerror or str(why)))
            continue
        if kind == discovery.PYTHON:
            speaks = b"torchaudio" in data or b"TORCHAUDIO_" in data
            if speaks and not _MATTERS.search(data):
                speaks = False
        else:
            speaks = _SPEAKS_ELSEWHERE.search(data) is not None
        out.append((path, data if speaks else None, ""))
    return out


def _content(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def _own_names(found: Iterable[Found]) -> frozenset[str]:
    """Which of ``compat`` and ``torchaudio`` the project has as a top-level module of its own."""
    names = set()
    folders = {os.path.dirname(one.path) for one in found if os.path.basename(one.path) == "__init__.py"}
    for one in found:
        folder, name = os.path.split(one.path)
        for wanted in ("compat", "torchaudio"):
            module = name == f"{wanted}.py" and folder not in folders
            package = name == "__init__.py" and os.path.basename(folder) == wanted and os.path.dirname(folder) not in folders
            if module or package:
                names.add(wanted)
    return frozenset(names)


# Settling


def settle(hits: list[tuple[str, str, bytes]], others: list[str], own_names: frozenset[str], options: Options, result: Result) -> None:
    """The new texts of the files that speak of torchaudio, and what there is to say of them."""
    from compat.codemod import documents
    from compat.codemod.module import Module
    from compat.codemod.project import File, Project

    read: dict[str, documents.Document] = {}
    modules: list[Module] = []
    unread: list[Place] = []
    mentions: list[Place] = []
    for path, kind, data in hits:
        if kind == discovery.OTHER:
            mentions += _other(path, data, options, result)
            continue
        try:
            document = documents.read(path, kind, data)
            pieces = [
                Module(piece.key, piece.text, standalone=piece.standalone, interactive=piece.interactive) for piece in document.pieces
            ]
        except documents.UnreadableError as why:
            result.problems.append(Problem(path, str(why), why.line))
            unread.append(Place(path, why.line or 1, 1, why.line or 1, 1))
            continue
        except SyntaxError as why:
            result.problems.append(Problem(path, f"it cannot be parsed: {why.msg}", why.lineno))
            unread.append(Place(path, why.lineno or 1, 1, why.lineno or 1, 1))
            continue
        for line, reason in document.unparsed:
            result.problems.append(Problem(path, reason, line))
            unread.append(Place(path, line, 1, line, 1))
        read[path] = document
        modules += pieces
    if "torchaudio" in own_names:
        _is_torchaudio(modules, result)
        return
    real_entries = set(map(os.path.realpath, options.entry))
    entries = [
        module.path for module in modules if real_entries and not module.standalone and os.path.realpath(module.path) in real_entries
    ]

    known_files: dict[str, File] = {}

    def make_project(current: list[Module]) -> Project:
        return Project(
            current,
            target=options.target,
            backend=options.backend,
            unread=unread,
            others=others,
            mentions=mentions,
            own_names=own_names,
            entries=entries,
            known_files=known_files,
            jobs=options.jobs,
        )

    _decide(modules, make_project, read, options, result)


def _decide(modules: list, make_project: Callable, read: dict, options: Options, result: Result) -> None:  # type: ignore[type-arg]
    from compat.codemod import engine
    from compat.codemod.documents import UnreadableError, relocated
    from compat.codemod.registry import rules

    active = [
        rule
        for rule in rules().values()
        if options.target in rule.targets and (not options.select or rule.id in options.select) and rule.id not in options.ignore
    ]
    try:
        outcomes = {
            outcome.module.path: outcome for outcome in engine.run(modules, active, unsafe=options.unsafe, make_project=make_project)
        }
    except engine.BrokenError as why:
        result.problems.append(Problem(str(why).partition(":")[0], f"nothing was changed: {why}"))
        result.broken = True
        return
    texts = {path: outcome.text for path, outcome in outcomes.items()}
    for path, document in read.items():
        own = [outcomes[piece.key] for piece in document.pieces]
        try:
            new = document.rebuild(texts) if any(outcome.changed for outcome in own) else document.data
        except UnreadableError as why:
            result.problems.append(Problem(path, str(why)))
            continue
        before = document.text if len(own) != 1 else own[0].module.text.text
        after = before if new == document.data else own[0].text if len(own) == 1 else new.decode("utf-8", "replace")
        file = FileResult(path, document.data, new, before, after)
        for outcome in own:
            file.fixed += [relocated(finding, document, read, None) for finding in outcome.fixed]
            file.left += [relocated(finding, document, read, None) for finding in outcome.left]
            file.left_after += [relocated(finding, document, read, texts) for finding in outcome.left_after]
        for findings in (file.fixed, file.left, file.left_after):
            findings.sort(key=lambda finding: (finding.place.cell or 0, finding.place.line, finding.place.column, finding.rule))
        result.files.append(file)


def _other(path: str, data: bytes, options: Options, result: Result) -> list[Place]:
    text = data.decode("utf-8", "replace")
    wanted = "TAC133" not in options.ignore and (not options.select or "TAC133" in options.select) and options.target != "compat"
    found = list(othertext.findings(path, text, options.target)) if wanted else []
    found = [one for one in found if "compat: ignore" not in text.split("\n")[one.place.line - 1]]
    if found:
        result.files.append(FileResult(path, data, data, text, text, left=found, left_after=found))
    return othertext.mentions(path, text)


def _is_torchaudio(modules: list, result: Result) -> None:  # type: ignore[type-arg]
    """The project has a torchaudio of its own, so an import of it proves nothing."""
    by_file: dict[str, list[Finding]] = defaultdict(list)
    for module in modules:
        if module.imported:
            first = module.imported[0]
            reason = "the project has a module `torchaudio` of its own, so what is imported here may be that"
            by_file[module.path].append(Finding("TAC127", module.place(first.statement), reason, "Run on a part that does not have it."))
    for path, found in by_file.items():
        result.files.append(FileResult(path, b"", b"", left=found, left_after=found))


# Writing


# Rules whose changes in one file are right only together with those in others.
_ACROSS_FILES = {"TAC102", "TAC118"}


def _write(result: Result) -> None:
    changed = [file for file in result.files if file.changed]
    obstacles = {file.path: why for file in changed if (why := writing.obstacle(file.path, file.old)) is not None}
    held = next((file.path for file in changed if file.path in obstacles and _is_part(file)), None)
    for file in changed:
        why = obstacles.get(file.path)
        if why is None and held is not None and _is_part(file):
            why = f"its changes go together with those of {held}"
        if why is None:
            try:
                writing.replace(file.path, file.old, file.new)
            except (OSError, writing.ChangedError) as failure:
                why = failure.strerror if isinstance(failure, OSError) and failure.strerror else str(failure)
        if why is not None:
            result.problems.append(Problem(file.path, f"it was not written: {why}"))
            file.new, file.after = file.old, file.before
            file.left_after, file.fixed = [*file.fixed, *file.left], []


def _is_part(file: FileResult) -> bool:
    return any(finding.rule in _ACROSS_FILES for finding in file.fixed)


def kinds_of(findings: Iterable[Finding]) -> dict[str, int]:
    """How many findings each rule has."""
    counts: dict[str, int] = defaultdict(int)
    for finding in findings:
        counts[finding.rule] += 1
    return dict(sorted(counts.items()))
