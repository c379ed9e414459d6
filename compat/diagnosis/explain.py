"""Explain a failure's message in a sentence and a command, by the table in ``failures.toml``.

The runtime uses this for its own errors, so it is light: it reads two small files, and only once
something has failed.
"""

import functools
import re
import tomllib
from collections.abc import Sequence
from typing import NamedTuple

from compat.commands import data_files
from compat.diagnosis import mends
from compat.diagnosis.findings import Mend, sentence
from compat.names import backends

_UNAVAILABLE = "backend-unavailable"
_LONGEST = 2000  # characters of a line: patterns take time by its square


class Explanation(NamedTuple):
    """A cause that the doctor knows, and its mend."""

    name: str
    cause: str
    mend: Mend

    def sentence(self) -> str:
        """Return the cause and the mend, each as a sentence."""
        return f"{sentence(self.cause)} {sentence(self.mend.sentence())}".rstrip()


@functools.cache
def table() -> dict[str, list[dict[str, str]]]:
    """Return the rows of ``failures.toml``."""
    return tomllib.loads(data_files.text("compat.diagnosis", "failures.toml"))


def message(text: str, package: str = "torchaudio") -> Explanation | None:
    """Return what a message means, or ``None`` if the table has no row for it.

    Args:
        text: the end of standard error, or an exception's own text.
        package: whose import failed.
    """
    text = "\n".join(line[:_LONGEST] for line in text.splitlines())
    for row in table()["failure"]:
        found = (
            re.search(row["pattern"], text, re.MULTILINE)
            if row.get("package", package) == package
            else None
        )
        if found:
            groups = {key: value for key, value in found.groupdict().items() if value}
            words = {
                "library": groups.get("image") or groups.get("module", "a library"),
                "module": "it",
                **groups,
            }
            return Explanation(
                row["name"],
                row["cause"].format_map(words),
                mends.named(row["mend"], package, groups),
            )
    return None


def death(how: str, package: str = "torchaudio") -> tuple[str, Explanation]:
    """Return how the process died, in words, and the explanation."""
    unknown = {
        "words": f"ended with {how}",
        "cause": "No cause is known.",
        "mend": "clean-reinstall",
    }
    row = next((row for row in table()["death"] if row["how"] == how), unknown)
    name = how if row is unknown else how.lower().replace(" ", "-")
    return row["words"], Explanation(name, row["cause"], mends.named(row["mend"], package))


def chain(why: BaseException) -> str:
    """Return an exception's text and those of its causes, which often name the real problem."""
    parts: list[str] = []
    current: BaseException | None = why
    while current is not None and len(parts) < 20:
        parts.append(f"{type(current).__name__}: {current}")
        current = current.__cause__ or current.__context__
    return "\n".join(parts)


def import_failure(why: BaseException | str, package: str = "torchaudio") -> str:
    """Return why an import failed and what to do, in two short sentences; empty if unknown.

    Args:
        why: the exception (better, since it carries its causes) or its text.
        package: whose import failed.
    """
    found = message(why if isinstance(why, str) else chain(why), package)
    return found.sentence() if found else ""


def unavailable(
    reason: str, tried: Sequence[str], package: str, *, missing: bool
) -> tuple[str, Mend]:
    """Return the cause for which a backend's library cannot be used, and the mend for this machine.

    Args:
        reason: what its probe said.
        tried: each attempt with its own error.
        package: what to install to get the library.
        missing: whether the library is absent, rather than present and broken.
    """
    known = message("\n".join([reason, *tried]), package)
    if known:
        return known.name, known.mend
    if package == "libsox":
        return _UNAVAILABLE, mends.library("libsox.so")
    if missing:
        return _UNAVAILABLE, Mend("Install it", mends.install(package).commands)
    return _UNAVAILABLE, mends.reinstall(package)


def backend_failure(backend: str, reason: str, tried: Sequence[str], *, missing: bool) -> str:
    """Return one line for an error: the reason, every attempt, and the command that mends it."""
    if not backends.is_installed_apart(backend):
        return "; ".join([reason, *tried])
    package = "cffi" if "cffi" in reason else backends.part(backend)
    _, mend = unavailable(reason, tried, package, missing=missing)
    attempts = (f"tried {attempt}" for attempt in tried)
    return "; ".join(filter(None, [reason, *attempts, mend.sentence()]))
