"""The parameters of each function in each release, side by side, for the page signatures.md."""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Iterator
from typing import Any

import compat
from compat import releases

_FUNCTIONS = (
    "load",
    "info",
    "save",
    "set_audio_backend",
    "get_audio_backend",
    "list_audio_backends",
)
_METHODS = (
    "add_basic_audio_stream",
    "add_audio_stream",
    "add_basic_video_stream",
    "add_video_stream",
    "stream",
    "seek",
)
_STREAMS = (
    ("io.StreamReader", ("", *_METHODS)),
    (
        "io.StreamWriter",
        (
            "",
            "add_audio_stream",
            "add_video_stream",
            "open",
            "write_audio_chunk",
            "write_video_chunk",
        ),
    ),
)


def lines() -> Iterator[str]:
    """Yield a heading and a table for each function."""
    modules = _modules()
    for name in _FUNCTIONS:
        yield from _table(
            name, {release: _found(module, name) for release, module in modules.items()}
        )
    del modules["2.0, dispatcher on"]  # the variable changes nothing of the streams
    for owner, methods in _STREAMS:
        for method in methods:
            name = f"{owner}.{method}" if method else owner
            found = {release: _found(module, name) for release, module in modules.items()}
            yield from _table(name, found)


def _modules() -> dict[str, types.ModuleType]:
    """Return a stand-in for each release, and one for 2.0 with its variable set."""
    made: dict[str, types.ModuleType] = {}
    for release in releases.presets():
        made[release] = compat.standin(release)
        if release == "2.0":
            made["2.0, dispatcher on"] = compat.standin(release, dispatcher=True)
    return made


def _found(module: types.ModuleType, name: str) -> Callable[..., Any] | None:
    value: Any = module
    for part in name.split("."):
        value = getattr(value, part, None)
    return value if callable(value) else None


def _table(name: str, found: dict[str, Callable[..., Any] | None]) -> Iterator[str]:
    """Yield what a function takes, a row a parameter and a column a release."""
    taken = {
        release: _parameters(function)
        for release, function in found.items()
        if function is not None
    }
    places = {row: place for cells in taken.values() for place, row in enumerate(cells)}
    rows = sorted(places, key=places.__getitem__)
    yield from (f"## {name}", "")
    if not rows:
        gone = ", ".join(release for release in found if release not in taken)
        yield from (f"Takes nothing. Gone in {gone}." if gone else "Takes nothing.", "")
        return
    yield f"| parameter | {' | '.join(found)} |"
    yield f"|---{'|---' * len(found)}|"
    for row in rows:
        cells = (taken[one].get(row, "-") if one in taken else "gone" for one in found)
        yield f"| `{row}` | {' | '.join(cells)} |"
    yield ""


def _parameters(function: Callable[..., Any]) -> dict[str, str]:
    """Return each parameter's place (or "by name") and its default."""
    parameters = [
        one for one in inspect.signature(function).parameters.values() if one.name != "self"
    ]
    return {
        one.name: f"{_place(one, place)}{_default(one)}" for place, one in enumerate(parameters, 1)
    }


def _place(one: inspect.Parameter, place: int) -> str:
    return "by name" if one.kind is one.KEYWORD_ONLY else f"{place}."


def _default(one: inspect.Parameter) -> str:
    return "" if one.default is one.empty else f" `={one.default!r}`"
