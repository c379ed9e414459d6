"""Read a run's options: the command line, then ``[tool.torchaudio-compat]``, then the defaults."""

import dataclasses
import os
import pathlib
from typing import Any

from compat.commands.arguments import UsageError

TABLE = "torchaudio-compat"
TARGETS = {
    "2.1": "each call names its backend; code for the global backend that still works in 2.1 stays",
    "2.2": (
        "for 2.2 to 2.8, the default: each call names its backend; nothing of the global backend "
        "is left"
    ),
    "2.9": (
        "for 2.9 to 2.11: no backends; names that 2.9 lacks come from this package (compat.info, "
        "...)"
    ),
    "compat": (
        'nothing is rewritten; the --entry files get `import compat` and `compat.install("2.0")`'
    ),
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Options:
    """The options, each as on the command line."""

    paths: tuple[str, ...] = ()
    target: str = "2.2"
    entry: tuple[str, ...] = ()
    check: bool = False
    diff: bool = False
    unsafe: bool = False
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    backend: str | None = None
    exclude: tuple[str, ...] = ()
    docs: bool = False
    format: str = "text"
    report: str | None = None
    baseline: str | None = None
    fail_on: str = "blocking"
    statistics: bool = False
    evidence: tuple[str, ...] = ()
    observed: bool = False

    @property
    def writes(self) -> bool:
        """Return whether files are changed."""
        return not (self.check or self.diff)


# name in pyproject.toml -> (type of the value, whether it is a list of such values)
_CONFIGURABLE = {
    "target": (str, False),
    "entry": (str, True),
    "unsafe": (bool, False),
    "select": (str, True),
    "ignore": (str, True),
    "backend": (str, False),
    "exclude": (str, True),
    "docs": (bool, False),
    "baseline": (str, False),
    "fail-on": (str, False),
}


def configured(start: str) -> dict[str, Any]:
    """Return the table of the nearest pyproject.toml at or above a path; empty if there is none.

    Raises:
        UsageError: it cannot be read, or has an unknown key or value.
    """
    here = pathlib.Path(os.path.abspath(start))
    files = [folder / "pyproject.toml" for folder in (here, *here.parents)]
    nearest = next((path for path in files if path.is_file()), None)
    return _table(str(nearest)) if nearest else {}


def _table(path: str) -> dict[str, Any]:
    import tomllib

    try:
        with open(path, "rb") as file:
            table = tomllib.load(file).get("tool", {}).get(TABLE, {})
    except (OSError, tomllib.TOMLDecodeError) as why:
        raise UsageError(f"{path}: {why}") from why
    found = {}
    for key, value in table.items():
        if key not in _CONFIGURABLE:
            raise UsageError(
                f"{path}: [tool.{TABLE}] has no {key!r}; there is {', '.join(_CONFIGURABLE)}"
            )
        kind, many = _CONFIGURABLE[key]
        values = value if many and isinstance(value, list) else [value]
        if not all(type(one) is kind for one in values) or (many and not isinstance(value, list)):
            raise UsageError(
                f"{path}: {key} in [tool.{TABLE}] must be "
                f"{'a list of ' if many else ''}{kind.__name__}"
            )
        if key in ("entry", "baseline"):
            values = [os.path.join(os.path.dirname(path), one) for one in values]
        found[key.replace("-", "_")] = tuple(values) if many else values[0]
    return found
