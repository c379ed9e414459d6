"""What a project holds: its files are read, and those that speak of torchaudio are parsed as they come."""

from __future__ import annotations

import dataclasses
import os
import sys
from collections import defaultdict
from collections.abc import Iterable

from compat.codemod import api, discovery, documents, imports, othertext, witness
from compat.codemod.crew import Crew, Reading
from compat.codemod.discovery import Found
from compat.codemod.documents import Document
from compat.codemod.findings import Finding, Place
from compat.codemod.lockstep import Alone
from compat.codemod.module import Module
from compat.codemod.options import Options
from compat.codemod.project import Project
from compat.codemod.results import FileResult, Problem, Result, Tick

_PYTHON = ".".join(map(str, sys.version_info[:2]))
_MEND = "Mend it, or leave it out with --exclude."


@dataclasses.dataclass
class Gathered:
    """The files of a project.

    Attributes:
        read: those that speak of torchaudio, by path.
        modules: the Python in them.
        unread: places of such files, or parts of them, that could not be parsed.
        mentions: places outside Python that hold the old name of a backend.
        quiet: the Python files that do not speak of it.
        own_names: which of our names the project takes for modules of its own.
        crew: who reads them, and knows all by their names; ``None`` where there are only the modules.
    """

    options: Options
    result: Result
    read: dict[str, Document] = dataclasses.field(default_factory=dict)
    modules: list[Module] = dataclasses.field(default_factory=list)
    unread: list[Place] = dataclasses.field(default_factory=list)
    mentions: list[Place] = dataclasses.field(default_factory=list)
    quiet: imports.Quiet | None = None
    own_names: frozenset[str] = frozenset()
    crew: Crew | None = None

    def take(self, path: str, kind: str, data: bytes) -> None:
        """Parse one that speaks of torchaudio."""
        if kind == discovery.OTHER:
            self._take_other(path, data)
            return
        try:
            document = documents.read(path, kind, data)
            pieces = [
                Module(piece.key, piece.text, standalone=piece.standalone, interactive=piece.interactive) for piece in document.pieces
            ]
        except documents.UnreadableError as why:
            self._cannot_parse(path, str(why), why.line)
            return
        except SyntaxError as why:
            self._cannot_parse(path, f"it cannot be parsed as Python {_PYTHON}: {why.msg}. {_MEND}", why.lineno)
            return
        for line, reason in document.unparsed:
            self._cannot_parse(path, reason, line)
        self.read[path] = document
        self.modules += pieces

    def must_parse(self, path: str, data: bytes) -> None:
        """Say it if a file cannot be parsed that was asked for by name, and has nothing in it that would be changed."""
        held = len(self.unread)
        self.take(path, discovery.PYTHON, data)
        del self.unread[held:]

    def _cannot_parse(self, path: str, reason: str, line: int | None) -> None:
        self.result.problems.append(Problem(path, reason, line))
        self.unread.append(Place(path, line or 1, 1, line or 1, 1))

    def _take_other(self, path: str, data: bytes) -> None:
        options = self.options
        text = data.decode("utf-8", "replace")
        wanted = "TAC133" not in options.ignore and (not options.select or "TAC133" in options.select) and options.target != "compat"
        found = list(othertext.findings(path, text, options.target)) if wanted else []
        found = [one for one in found if "compat: ignore" not in text.split("\n")[one.place.line - 1]]
        if found:
            self.result.files.append(FileResult(path, data, data, text, text, left=found, left_after=found))
        self.mentions += othertext.mentions(path, text)

    def has_own_torchaudio(self) -> bool:
        """Whether the project has a torchaudio of its own, so that an import of it proves nothing; this is then reported."""
        if "torchaudio" not in self.own_names:
            return False
        by_file: dict[str, list[Finding]] = defaultdict(list)
        for module in self.modules:
            if module.imported:
                first = module.imported[0]
                reason = "the project has a module `torchaudio` of its own, so what is imported here may be that"
                by_file[module.path].append(
                    Finding("TAC127", module.place(first.statement), reason, "Run on a part that does not have it.")
                )
        for path, found in by_file.items():
            self.result.files.append(FileResult(path, b"", b"", left=found, left_after=found))
        return True

    def project(self, modules: list[Module], share: Alone) -> Project:
        """The project, with its modules as they are now."""
        options = self.options
        entries = set(map(os.path.realpath, options.entry))
        return Project(
            modules,
            target=options.target,
            backend=options.backend,
            unread=self.unread,
            files=self.crew.files if self.crew else None,
            quiet=self.quiet,
            mentions=self.mentions,
            own_names=self.own_names,
            share=share,
            entries=[one.path for one in modules if entries and not one.standalone and os.path.realpath(one.path) in entries],
        )


def gather(crew: Crew, found: list[Found], options: Options, result: Result, tick: Tick) -> Gathered:
    """Read every file once."""
    gathered = Gathered(options, result, own_names=_own_names(found), crew=crew)
    entries = frozenset(map(os.path.realpath, options.entry))
    named = {one.path for one in found if one.is_named}
    by_path = {one.path: one for one in found}
    telling: list[Reading] = []
    quiet: list[str] = []
    for one in crew.readings(lambda done: tick(done, len(found))):
        if one.why or one.data is not None or (entries and os.path.realpath(one.path) in entries):
            telling.append(one)
        elif by_path[one.path].kind == discovery.PYTHON:
            if one.path in named and api.ROOT.encode() in (content := _content(one.path)):
                gathered.must_parse(one.path, content)
            else:
                quiet.append(one.path)
    result.scanned += len(found)
    telling = [one for one in telling if not by_path[one.path].is_ignored()]
    # Whether calls run under a setter is a question of who imports whom.
    ahead = any(b"set_audio_backend" in one.data for one in telling if one.data is not None) and crew.link_ahead(quiet)
    for path, data, why in telling:
        if why:
            result.problems.append(Problem(path, f"it could not be read: {why}. {_MEND}"))
        else:
            gathered.take(path, by_path[path].kind, data if data is not None else _content(path))
    gathered.quiet = imports.Quiet(quiet, crew.link)
    if ahead:
        # While helpers are still reading is the best time to import what rewriting will need in each process.
        witness.load(gathered.modules)
        _ = gathered.quiet.files
    return gathered


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
