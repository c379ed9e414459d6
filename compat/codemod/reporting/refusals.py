"""Read why changes are refused, and what to do, from the table beside this file."""

import functools
import tomllib
from pathlib import Path

_TABLE = Path(__file__).with_name("refusals.toml")


@functools.cache
def refusals() -> list[dict[str, str]]:
    """Return the table."""
    found: list[dict[str, str]] = tomllib.loads(_TABLE.read_text("utf-8"))["refusal"]
    return found


def what_to_do(reason: str) -> str:
    """Return what to do about a refusal, found by its reason; empty if the table has none."""
    return next((one["do"] for one in refusals() if one["says"] in reason), "")
