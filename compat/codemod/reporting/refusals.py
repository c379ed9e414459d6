"""Read why changes are refused, and what to do, from the table beside this file."""

import functools
import tomllib

from compat.commands import data_files


@functools.cache
def refusals() -> list[dict[str, str]]:
    """Return the table."""
    text = data_files.text("compat.codemod.reporting", "refusals.toml")
    found: list[dict[str, str]] = tomllib.loads(text)["refusal"]
    return found


def what_to_do(reason: str) -> str:
    """Return what to do about a refusal, found by its reason; empty if the table has none."""
    return next((one["do"] for one in refusals() if one["says"] in reason), "")
