"""Word the errors for names that are missing."""

import importlib.machinery
import sys

from compat.contents.context import Context
from compat.names import removed, wheel_names
from compat.operators.ops import refused

# The stand-in has only a few of these names. Any torchaudio has them all, even one that is rescued.
_GIVES_WAY = ("functional.", "transforms.")


def missing(name: str, context: Context) -> str:
    """Return why ``torchaudio.NAME`` is missing, and what to write or install instead."""
    full = f"{context.host.__name__}.{name}"
    lost = went(name, context)
    if lost:
        return lost
    if name in refused.BY_NAME:
        return f"{full} is not there. {refused.BY_NAME[name]}"
    releases = wheel_names.releases_of(name)
    is_made = not name.startswith(_GIVES_WAY) and _is_ours(full.rpartition(".")[0])
    # what torchaudio itself has, and is no submodule, comes from here
    is_inner = "." in name or any(each.startswith(f"{name}.") for each in wheel_names.table().spans)
    is_later = not is_inner and not wheel_names.has(name, context.release.name)
    if (releases and (is_made or is_later)) or (context.over_real and is_module(full)):
        return of_another_release(name, context)
    if not context.over_real and context.broken:
        text = (
            f"{full} is not there: the installed torchaudio does not import, and this stand-in of "
            "torchaudio-compat has torchaudio's I/O only"
        )
        return f"{text}. {context.broken} `python -m compat.doctor` tells more."
    if not releases:
        return (
            f"{full} is not there: neither torchaudio-compat nor any torchaudio from 2.0 to 2.11 "
            "has this name"
        )
    if not context.over_real:
        return (
            f"{full} is not there: this is the stand-in of torchaudio-compat, which has "
            f"torchaudio's I/O only. {_install(releases)}"
        )
    newer = _install(releases, "--upgrade")
    return f"{full} is not there: the installed torchaudio lacks it. {newer}"


def _is_ours(module: str) -> bool:
    """Return whether an imported submodule was made here; no other torchaudio adds names to it."""
    found = sys.modules.get(module) if "." in module else None
    return found is not None and getattr(found, "__file__", None) is None


def is_module(full: str) -> bool:
    """Return whether a file of an installed package provides a module, imported or not."""
    parent = sys.modules.get(full.rpartition(".")[0])
    # not getattr(), which would ask our own __getattr__ in a module that is no package
    path = None if parent is None else vars(parent).get("__path__")
    return path is not None and importlib.machinery.PathFinder.find_spec(full, path) is not None


def is_known(name: str, context: Context) -> bool:
    """Return whether there is more to say about a name than that it is missing."""
    return bool(went(name, context) or wheel_names.releases_of(name))


def went(name: str, context: Context) -> str:
    """Return since when ``torchaudio.NAME`` is gone and what replaces it; "" if it never went."""
    lost = removed.gone(name, old_names=context.release.old_names)
    return (
        f"{context.host.__name__}.{name} is gone since torchaudio {lost.removed_in}. {lost.advice}"
        if lost
        else ""
    )


def of_another_release(name: str, context: Context) -> str:
    """Return which releases have ``torchaudio.NAME``, which is missing here; "" if none has.

    If the real torchaudio has it as a submodule, return that it must be imported.
    """
    full, pinned = f"{context.host.__name__}.{name}", context.release.name
    if context.over_real and is_module(full):
        return f"{full} is not imported yet: `import {full}` first"
    releases = wheel_names.releases_of(name)
    if not releases:
        return ""
    lacking = (
        f"torchaudio-compat has no {full}"
        if wheel_names.has(name, pinned)
        else f"{full} does not exist in torchaudio {pinned}"
    )
    which = (
        f"torchaudio {releases[0]} has"
        if len(releases) == 1
        else f"torchaudio {releases[0]} to {releases[-1]} have"
    )
    return f"{lacking}; {which} it"


def lacking(name: str, context: Context) -> str:
    """Return that the pinned release lacks ``torchaudio.NAME``."""
    known = name.removeprefix("_")  # names of `backend` were defined in `_backend`
    words = ""
    if removed.deprecated(known):
        words = f"; {removed.removed_in(known)} removed it. {removed.FATES[known].advice}"
    return (
        f"{context.host.__name__}.{name} does not exist in torchaudio {context.release.name}{words}"
    )


def _install(releases: list[str], *options: str) -> str:
    """Return the command, with pip's options, for the newest release with a name.

    Beside this package that release need not fit the installed torch.
    """
    from compat.commands import shell
    from compat.diagnosis import machine, pairs

    newest = releases[-1]
    if newest == list(wheel_names.table().patches.values())[-1]:
        return f"For the rest: {shell.told(machine.pip(*options, 'torchaudio'))}, with any torch"
    row = pairs.of_torchaudio(newest)
    if row is not None and row.serves(f"{sys.version_info[0]}.{sys.version_info[1]}"):
        command = shell.told(machine.pip("--no-deps", f"torchaudio=={newest}"))
        return f"torchaudio {newest} is the last that has it: {command}, with any torch"
    return f"torchaudio {newest} is the last that has it, and it has no wheel for this Python"
