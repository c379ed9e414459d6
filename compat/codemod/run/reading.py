"""Read a project's files: parse those that mention torchaudio, note facts about the others."""

import functools
import os
import sys
from collections.abc import Iterable, Sequence

from compat.codemod.files import console_scripts, discovery, documents, other_files, traces
from compat.codemod.files.content import NAMED, matters, read
from compat.codemod.files.document import Document, UnreadableError
from compat.codemod.files.import_graph import Files, Quiet, stem
from compat.codemod.source import (
    Finding,
    Module,
    Options,
    Place,
    Problem,
    Result,
    Tick,
    old_names,
)
from compat.codemod.uses import Project, observed
from compat.commands import namesakes
from compat.commands.arguments import UsageError

_PYTHON = ".".join(map(str, sys.version_info[:2]))
_NAMES = (*namesakes.PACKAGES, old_names.ROOT)
_MEND = "Correct it, or leave it out with --exclude."


class Gathered:
    """The files of a project.

    Attributes:
        read: those that mention torchaudio, by path.
        modules: the Python in them.
        unread: places of such files, or parts of them, that could not be parsed.
        mentions: places outside Python with the old name of a backend.
        files: the Python files, by the names that may mean them.
        quiet: the Python files that do not mention torchaudio.
        own_names: which of our names, and torchaudio, are modules of the project itself.
    """

    def __init__(self, options: Options, result: Result, found: Iterable[discovery.Found]) -> None:
        self.options = options
        self.result = result
        self.read: dict[str, Document] = {}
        self.modules: list[Module] = []
        self.unread: list[Place] = []
        self.mentions: list[Place] = []
        python = [one for one in found if one.kind != discovery.OTHER]
        self.files: Files = Files([one.path for one in python])
        self.quiet: Quiet = Quiet((), self.files)
        self.own_names: frozenset[str] = _own_names(python, options.entry)

    def take(self, path: str, kind: str, data: bytes) -> None:
        """Parse a file that mentions torchaudio."""
        if kind == discovery.OTHER and other_files.is_output(path, data):
            return
        document = self.parsed(path, kind, data)
        if document is None:
            line = self.result.problems[-1].line or 1
            self.unread.append(Place(path, line, 1, line, 1))
            return
        self.modules += document.pieces
        for place, reason in document.unparsed:
            in_file = None if place.cell else place.line
            self.result.problems.append(Problem(place.path, reason, in_file))
            self.unread.append(place)
        self.unread += [
            Place(path, one.line, 1, one.line, 1, one.cell)
            for one in document.prose
            if one.may_load
        ]
        self.mentions += [
            place for one in document.prose for place in other_files.mentions(path, one)
        ]
        self.read[path] = document

    def parsed(self, path: str, kind: str, data: bytes) -> Document | None:
        """Return a file as a document; report one that cannot be parsed, and return ``None``."""
        try:
            return documents.read(path, kind, data)
        except (UnreadableError, SyntaxError) as why:
            reason = (
                str(why)
                if isinstance(why, UnreadableError)
                else f"it cannot be parsed as Python {_PYTHON}: {why.msg}. {_MEND}"
            )
            self.result.problems.append(Problem(path, reason, why.lineno))
            return None

    def said_of_prose(self, document: Document) -> list[Finding]:
        """Return the old names in text that is not rewritten."""
        options = self.options
        if (
            options.target == "compat"
            or "TAC133" in options.ignore
            or (options.select and "TAC133" not in options.select)
        ):
            return []
        return [
            finding
            for one in document.prose
            for finding in other_files.findings(document.path, one, options.target)
        ]

    @functools.cached_property
    def observed(self) -> observed.Observed | None:
        """Return what the traces of ``--evidence`` show.

        Raises:
            UsageError: one of them cannot be read, or has nothing of this project.
        """
        options = self.options
        found: dict[str, list[observed.Line]] = {}
        for path in options.evidence:
            try:
                lines = traces.read(path)
            except OSError as why:
                raise UsageError(f"--evidence {path}: it cannot be read: {why.strerror}") from why
            except ValueError as why:
                raise UsageError(f"--evidence: {why}") from why
            own = traces.by_file(lines, options.paths[0] if options.paths else ".")
            if not any(map(os.path.isfile, own)):
                raise UsageError(
                    f"--evidence {path}: it names no file of this project; name the folder it was "
                    "recorded in as PATH"
                )
            for file, calls in own.items():
                found.setdefault(file, []).extend(calls)
        return observed.Observed(found, applied=options.observed) if options.evidence else None

    @functools.cached_property
    def leaves_choice(self) -> bool:
        """Return whether each release chooses the backend for calls that name none.

        That needs a project that could be read completely, in which nothing turns the dispatcher
        on, and whose pins allow 2.0 or an older release.
        """
        texts = [*self._prose, *(module.text.text for module in self.modules)]
        is_told = any(old_names.VARIABLE in text for text in texts)
        is_modern = any(map(other_files.is_modern, self._prose))
        return not (self.mentions or self.unread or is_told or is_modern)

    @property
    def _prose(self) -> list[str]:
        return [one.text for document in self.read.values() for one in document.prose]

    def project(self) -> Project:
        """Return the project."""
        options = self.options
        entries = set(map(os.path.realpath, options.entry))
        return Project(
            self.modules,
            target=options.target,
            backend=options.backend,
            unread=self.unread,
            known_files=self.files,
            quiet=self.quiet,
            mentions=self.mentions,
            own_names=self.own_names,
            prose=self._prose,
            leaves_choice=self.leaves_choice,
            observed=self.observed,
            entries=frozenset(
                one.path
                for one in self.modules
                if entries and not one.standalone and os.path.realpath(one.path) in entries
            ),
        )


def gather(found: list[discovery.Found], options: Options, result: Result, tick: Tick) -> Gathered:
    """Read every file once."""
    gathered = Gathered(options, result, found)
    entries = frozenset(map(os.path.realpath, options.entry))
    quiet = []
    for done, one in enumerate(found, 1):
        path = one.path
        if not done % 50 or done == len(found):
            tick(done, len(found))
        try:
            data = read(path)
        except OSError as why:
            if not one.is_ignored():
                result.problems.append(
                    Problem(path, f"it could not be read: {why.strerror or why}. {_MEND}")
                )
            continue
        is_entry = bool(entries) and os.path.realpath(path) in entries
        mentioned = NAMED.search(data) is not None
        if is_entry or matters(one.kind, data, mentioned=mentioned):
            if is_entry or not one.is_ignored():
                gathered.take(path, one.kind, data)
        elif one.kind == discovery.PYTHON:
            if (one.is_named or (mentioned and b"torchaudio" in data)) and not one.is_ignored():
                gathered.parsed(path, one.kind, data)  # it has nothing to change, but may be wrong
            quiet.append(path)
    gathered.quiet = Quiet(quiet, gathered.files)
    return gathered


def _own_names(found: Sequence[discovery.Found], entries: Sequence[str]) -> frozenset[str]:
    """Return which names of ours, or torchaudio, are top-level modules of the project.

    They are also modules beside an entry point that is run by its path, even in a package.
    """
    packages = {
        os.path.dirname(one.path) for one in found if os.path.basename(one.path) == "__init__.py"
    }
    modules = (one.path.removesuffix(".py").removesuffix(f"{os.sep}__init__") for one in found)
    imported = {module.rpartition(".")[2] for module, _ in console_scripts.beside(entries)}
    scripts = {
        os.path.dirname(path)
        for path in entries
        if not os.path.basename(path).startswith("__") and stem(path) not in imported
    }
    top = {name for folder, name in map(os.path.split, modules) if folder not in packages}
    beside = {
        name
        for folder in scripts
        for name in _NAMES
        for file in (f"{name}.py", os.path.join(name, "__init__.py"))
        if os.path.isfile(os.path.join(folder, file))
    }
    return frozenset(_NAMES) & (top | beside)
