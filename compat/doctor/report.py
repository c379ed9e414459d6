"""Write the page as Markdown for an issue, without the home folder and the user's name."""

import contextlib
import getpass
import io
import os
import pathlib
import re
from collections.abc import Sequence

from compat._version import __version__
from compat.diagnosis.findings import Result
from compat.doctor.page import Page
from compat.doctor.verdict import Verdict

# names that identify nobody and occur in the paths and sentences of every report
_NOBODY = {
    "root",
    "user",
    "users",
    "home",
    "admin",
    "administrator",
    "runner",
    "ubuntu",
    "jovyan",
    "vscode",
    "python",
    "torch",
    "audio",
}


def scrubbed(text: str) -> str:
    """Remove the home folder and the user's name from a text."""
    homes = {os.path.expanduser("~"), os.environ.get("HOME", ""), os.environ.get("USERPROFILE", "")}
    homes |= {os.path.realpath(home) for home in homes if home}
    places = sorted(
        (home.rstrip("/\\") for home in homes if len(home.rstrip("/\\")) > 1), key=len, reverse=True
    )
    names = {os.environ.get(variable, "") for variable in ("USER", "LOGNAME", "USERNAME")}
    names |= {pathlib.PurePath(place).name for place in places}
    # a container may have a user number without a name
    with contextlib.suppress(OSError, KeyError, ImportError):
        names.add(getpass.getuser())
    people = sorted(
        (name for name in names if name and name.lower() not in _NOBODY), key=len, reverse=True
    )
    flags = re.IGNORECASE if os.name == "nt" else 0
    rules = [
        (re.compile(rf"{re.escape(form)}(?![\w.-])", flags), "~")
        for place in places
        for form in {place, place.replace("\\", "/"), place.replace("\\", "\\\\")}
    ]
    rules += [
        (re.compile(rf"(?<![^\W_]){re.escape(name)}(?![^\W_])", flags), "USER") for name in people
    ]

    for pattern, instead in rules:
        text = pattern.sub(instead, text)
    return text


def document(results: Sequence[Result], verdict: Verdict) -> str:
    """Return the page as a block of Markdown, below a heading."""
    text = io.StringIO()
    page = Page(text)
    for result in results:
        page.result(result)
    page.verdict(verdict)
    shown = text.getvalue().replace("```", "'''")
    head = f"### torchaudio-compat {__version__}: doctor's report"
    return scrubbed(f"{head}\n\n```text\n{shown}```\n")
