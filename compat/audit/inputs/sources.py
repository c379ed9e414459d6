"""Find the files that DATA on the command line stands for."""

import contextlib
import dataclasses
import glob
import io
import os
import sys
from collections.abc import Iterator
from typing import IO, Any

from compat.audit.inputs import formats, manifests
from compat.audit.items import Item
from compat.commands.arguments import UsageError

_MAGIC = "*?["
_STAMPS = ("ETag", "etag", "mtime", "LastModified", "last_modified", "updated", "created")


@dataclasses.dataclass
class Sources:
    """The files asked for, and how to read the lists of them.

    Attributes:
        data: folders, files, globs and manifests; ``-`` is a list of paths on standard input.
        manifests: files that are manifests whatever their extension.
        field: the column or field of a manifest that has the paths.
        root: the folder that a manifest's relative paths start from; ``None`` for the manifest's
            own.
        extensions: which files of a folder to take; empty for all.
        against: the root of the new side's files, with the same relative paths; "" for none.
        passed_over: how many files of folders were left out for their extension.
        links: how many links to folders were met; they are not followed.
    """

    data: tuple[str, ...]
    manifests: tuple[str, ...] = ()
    field: str | None = None
    root: str | None = None
    extensions: frozenset[str] = formats.AUDIO
    against: str = ""
    passed_over: int = 0
    links: int = 0

    def items(self) -> Iterator[Item]:
        """Yield the files, each as often as it is named.

        Raises:
            UsageError: there is no such file or folder, or a manifest is malformed.
        """
        for place in self.manifests:
            yield from self._listed(place)
        for place in self.data:
            if place == "-" or (formats.manifest(place) and not os.path.isdir(place)):
                yield from self._listed(place)
            else:
                yield from self._found(place)

    def _found(self, place: str) -> Iterator[Item]:
        if is_url(place):
            yield from self._behind_url(place)
        elif os.path.isdir(place):
            for path in self._walked(place):
                yield self._paired(item_of(path), place)
        elif os.path.exists(place):
            yield self._paired(item_of(place), os.path.dirname(place))
        elif any(sign in place for sign in _MAGIC):
            yield from self._globbed(place)
        else:
            raise UsageError(f"{place}: there is no such file or folder")

    def _globbed(self, place: str) -> Iterator[Item]:
        found = [path for path in glob.iglob(place, recursive=True) if os.path.isfile(path)]
        if not found:
            raise UsageError(f"{place}: no file matches")
        for path in sorted(found):
            yield self._paired(item_of(path), _fixed(place))

    def _behind_url(self, place: str) -> Iterator[Item]:
        system, path = opened(place)
        try:
            if any(sign in path.partition("?")[0] for sign in "*["):
                found, base = system.glob(path, detail=True), _fixed(path)
            elif formats.extension(place) not in formats.AUDIO and system.isdir(path):
                found, base = system.find(path, detail=True), path
                found = {name: info for name, info in found.items() if self._taken(name)}
            else:
                found, base = {path: system.info(path)}, path.rpartition("/")[0]
        except Exception as why:  # each file system raises errors of its own
            raise UsageError(f"{place}: it cannot be listed ({type(why).__name__}: {why})") from why
        if not found and any(sign in path.partition("?")[0] for sign in "*["):
            raise UsageError(f"{place}: no file matches")
        for name, info in sorted(found.items()):
            if info.get("type") != "directory":
                stamp = next((str(info[key]) for key in _STAMPS if info.get(key)), "")
                size = int(info.get("size") or 0)
                item = Item(
                    system.unstrip_protocol(name), f"{size}-{stamp}" if size or stamp else "", size
                )
                yield self._paired(item, system.unstrip_protocol(base))

    def _listed(self, place: str) -> Iterator[Item]:
        kind = formats.manifest(place) or formats.LINES
        folder = os.path.dirname(place) if self.root is None else self.root
        try:
            with _text(place) as file:
                for path in manifests.paths(file, kind, place, self.field):
                    if folder and not is_url(path) and not os.path.isabs(path):
                        path = f"{folder.rstrip('/')}/{path}"
                    item = Item(path) if is_url(path) else item_of(path)
                    yield self._paired(item, folder)
        except UsageError:
            raise
        except Exception as why:  # and so does each compression
            raise UsageError(f"{place}: the manifest cannot be read ({why})") from why

    def _walked(self, folder: str) -> Iterator[str]:
        """Yield the files below a folder that are to be taken, in the order of their names.

        A broken link counts as a file, which then cannot be read.
        """

        def refuse(why: OSError) -> None:
            raise UsageError(f"{why.filename}: the folder cannot be read ({why.strerror})") from why

        for place, folders, names in os.walk(folder, onerror=refuse):
            folders.sort()
            self.links += sum(os.path.islink(os.path.join(place, name)) for name in folders)
            for path in (os.path.join(place, name) for name in sorted(names)):
                if self._taken(path) and (os.path.isfile(path) or not os.path.exists(path)):
                    yield path

    def _taken(self, path: str) -> bool:
        if not self.extensions or formats.extension(path) in self.extensions:
            return True
        self.passed_over += 1
        return False

    def _paired(self, item: Item, base: str) -> Item:
        """Add the file that the new side reads."""
        if not self.against:
            return item
        if is_url(item.path) or is_url(base):
            relative = item.path.removeprefix(base.rstrip("/")).lstrip("/")
        else:
            relative = os.path.relpath(item.path, base or ".")
        if relative.startswith(".."):
            relative = item.path.lstrip("/")
        return item._replace(other=f"{self.against.rstrip('/')}/{relative}")


def is_url(place: str) -> bool:
    """Return whether fsspec is to open it."""
    return "://" in place or place.startswith("memory:")


def opened(place: str) -> tuple[Any, str]:
    """Return the file system behind a URL, and the path in it.

    Raises:
        UsageError: there is no such file system, or a package it needs is missing.
    """
    try:
        import fsspec

        system, path = fsspec.core.url_to_fs(place)
    except (ImportError, ValueError) as why:
        hint = (
            'pip install "torchaudio-compat[audit]" brings the package for http; s3 needs s3fs, '
            "gs needs gcsfs"
        )
        raise UsageError(f"{place}: {why}. {hint}") from why
    return system, path


@contextlib.contextmanager
def _text(place: str) -> Iterator[IO[str]]:
    if place == "-":
        yield io.TextIOWrapper(sys.stdin.buffer, "utf-8-sig", "surrogateescape", newline="")
        return
    try:
        import fsspec
    except ImportError:
        with open(place, encoding="utf-8-sig", errors="surrogateescape", newline="") as plain:
            yield plain
        return
    with fsspec.open(
        place, "rt", compression="infer", encoding="utf-8-sig", errors="surrogateescape", newline=""
    ) as file:
        yield file


def item_of(path: str) -> Item:
    """Return a local file in its present state."""
    try:
        status = os.stat(path)
    except (OSError, ValueError):  # a NUL in it
        return Item(path)
    return Item(path, f"{status.st_size}-{status.st_mtime_ns}", status.st_size)


def _fixed(pattern: str) -> str:
    """Return the folders of a glob before its first wildcard."""
    first = min((pattern.find(sign) for sign in _MAGIC if sign in pattern), default=len(pattern))
    return pattern[:first].rpartition("/")[0]
