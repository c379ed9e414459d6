"""The words for what is not there."""

from __future__ import annotations

import importlib.machinery
import sys
from typing import TYPE_CHECKING

from compat import gone, wheel_names
from compat.deprecations import FACTS
from compat.operators import refused

if TYPE_CHECKING:
    from compat.context import Context


# of these the stand-in has a few names, and any torchaudio, one that does not load by itself as well, has them all
_GIVES_WAY = ("functional.", "transforms.")


def missing(name: str, context: Context) -> str:
    """Return why ``torchaudio.NAME`` is not there, and what to write or install instead."""
    full = f"{context.host.__name__}.{name}"
    lost = went(name, context)
    if lost:
        return lost
    if name in refused.BY_NAME:
        return f"{full} is not there. {refused.BY_NAME[name]}"
    releases = wheel_names.releases_of(name)
    if releases and not name.startswith(_GIVES_WAY) and _is_ours(full.rpartition(".")[0]):
        return of_another_release(name, context)
    if not context.over_real and context.broken:
        text = f"{full} is not there: the installed torchaudio does not import, and this stand-in of torchaudio-compat has its I/O only"
        return f"{text}. {context.broken} `python -m compat.doctor` tells more."
    if context.over_real and _is_module(full):
        return f"{full} is not imported yet: `import {full}` first"
    if not releases:
        return f"{full} is not there: torchaudio-compat has no such name, and no torchaudio from 2.0 to 2.11 has one"
    if not context.over_real:
        return f"{full} is not there: this is the stand-in of torchaudio-compat, which has torchaudio's I/O only. {_install(releases)}"
    return f"{full} is not there: the installed torchaudio lacks it. {_install(releases)}"


def _is_ours(module: str) -> bool:
    """Return whether a submodule that is imported was made here: then no other torchaudio brings what it lacks."""
    found = sys.modules.get(module) if "." in module else None
    return found is not None and getattr(found, "__file__", None) is None


def _is_module(full: str) -> bool:
    """Return whether a file of an installed package answers to a name, imported or not."""
    parent = sys.modules.get(full.rpartition(".")[0])
    path = getattr(parent, "__path__", None)
    return path is not None and importlib.machinery.PathFinder.find_spec(full, path) is not None


def is_known(name: str, context: Context) -> bool:
    """Return whether there is more to say of a name than that it is not there."""
    return bool(went(name, context) or wheel_names.releases_of(name))


def went(name: str, context: Context) -> str:
    """Return since when ``torchaudio.NAME`` is gone and what replaces it; "" where it did not go."""
    lost = gone.of(name, context.release)
    return f"{context.host.__name__}.{name} is gone since torchaudio {lost.removed_in}. {lost.advice}" if lost else ""


def of_another_release(name: str, context: Context) -> str:
    """Return which releases had ``torchaudio.NAME``, where the pinned one or this package lacks it; "" for a name that none had."""
    releases = wheel_names.releases_of(name)
    if not releases:
        return ""
    full, pinned = f"{context.host.__name__}.{name}", context.release.name
    lacking = f"torchaudio-compat has no {full}" if wheel_names.has(name, pinned) else f"{full} does not exist in torchaudio {pinned}"
    which = f"torchaudio {releases[0]} has" if len(releases) == 1 else f"torchaudio {releases[0]} to {releases[-1]} have"
    return f"{lacking}; {which} it"


def removed(name: str, context: Context) -> str:
    """Return that the pinned release lacks ``torchaudio.NAME``."""
    fact = FACTS.get(name) or FACTS.get(name.removeprefix("_"))  # `_backend` is where the things of `backend` really were
    words = f"; it went in {fact.removed_in}. {fact.advice}" if fact else ""
    return f"{context.host.__name__}.{name} does not exist in torchaudio {context.release.name}{words}"


def _install(releases: list[str]) -> str:
    """Return the command for the newest release that has a name; beside this package it need not fit the torch that is there."""
    from compat.doctor import machine, pairs

    newest = releases[-1]
    if newest == list(wheel_names.table().patches.values())[-1]:
        return f"For the rest: `{machine.pip('torchaudio')}`, beside any torch"
    row = pairs.of_torchaudio(newest)
    if row is not None and row.serves(f"{sys.version_info[0]}.{sys.version_info[1]}"):
        return f"torchaudio {newest} is the last that has it: `{machine.pip('--no-deps', f'torchaudio=={newest}')}`, beside any torch"
    return f"torchaudio {newest} is the last that has it, and it has no wheel for this Python"
