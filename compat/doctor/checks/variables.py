"""Environment variables: what is set, what it does under each release, and what has no effect.

`TORCHAUDIO_USE_BACKEND_DISPATCHER` means three things in three releases, and no release understands
`true`. The check reports names that nothing reads, misspelt or invented, and tries out our own.
Variables of the system's loader matter if they lead to another torch.
"""

import difflib
import functools
import os
import tomllib
from collections.abc import Iterator
from typing import Any

from compat.commands import data_files
from compat.diagnosis import machine, mends
from compat.doctor.check import Finding, Group, Mend, World, check, error, note, ok, warning

_ON, _OFF = ("1", "true", "yes", "on", "y", "t"), ("0", "false", "no", "off", "n", "f")


@functools.cache
def table() -> dict[str, Any]:
    """Return the rows of ``variables.toml``."""
    return tomllib.loads(data_files.text("compat.doctor", "variables.toml"))


@check(
    title="Variables",
    group=Group.SETTINGS,
    why="A variable that does nothing, or the opposite of what was meant, looks like a bug in "
    "the program.",
)
def variables(world: World) -> Iterator[Finding]:
    found = [*_dispatcher(), *_unknown(), *_ours(), *_loader(world)]
    yield from found
    if not found:
        known = {**table()["torchaudio"], **table()["ours"]}
        names = [f"{name}={os.environ[name]}" for name in known if name in os.environ]
        yield ok(
            ", ".join(names) or "no variable is set that matters here",
            data={name: os.environ.get(name) for name in known},
        )


def _unset(name: str) -> Mend:
    return Mend("Unset it", machine.unset(name))


def _dispatcher() -> Iterator[Finding]:
    # here, since a folder of the user's may have the name of a package of ours that this imports;
    # not `from compat import`, which would build the stand-in first
    import compat.releases as releases

    name = releases.DISPATCHER_VARIABLE
    value = os.environ.get(name)
    if value is None:
        return
    try:
        release = releases.named()
    except ValueError:
        release = releases.named(releases.DEFAULT)
    # what the variable, with its present value, does under each release
    effects = {
        key: f"dispatcher {'on' if releases.dispatcher_on(preset) else 'off'}"
        if _is_read(preset)
        else "not read, always on"
        for key, preset in releases.presets().items()
    }
    evidence = tuple(f"{key}: {effect}" for key, effect in effects.items())
    rest: dict[str, Any] = {
        "subject": "variables",
        "evidence": evidence,
        "data": {"name": name, "value": value, "effects": effects, "release": release.name},
    }
    wanted = "1" if value.lower() in _ON else "0" if value.lower() in _OFF else ""
    is_on, under = releases.dispatcher_on(release), f"under release {release.name}"
    if not _is_read(release):
        pin = machine.setting(releases.VERSION_VARIABLE, "2.1")
        global_backend = Mend("To get the global backend, pin release 2.1 or 2.0", pin)
        severe, cause = (note, "") if value == "1" else (warning, "variable-without-effect")
        yield severe(
            f"{name}={value} does nothing {under}, where the dispatcher is always on",
            mend=global_backend if wanted == "0" else _unset(name),
            cause=cause,
            **rest,
        )
    elif value not in ("0", "1"):
        severe, cause = (note, "") if wanted == str(int(is_on)) else (warning, "variable-misread")
        values = (wanted,) if wanted else ("1", "0")
        commands = tuple(line for one in values for line in machine.setting(name, one))
        yield severe(
            f"{name}={value!r} means {'on' if is_on else 'off'} {under}",
            mend=Mend("Use 1 or 0: other values do not mean what they seem to", commands),
            cause=cause,
            **rest,
        )


def _is_read(release: Any) -> bool:
    return bool(release.dispatcher_variable != "ignored")


def _unknown() -> Iterator[Finding]:
    data = table()
    known = [*data["torchaudio"], *data["ours"]]
    for name in sorted(os.environ):
        upper = name.upper()
        if name in known or upper.startswith(tuple(data["ignored_prefixes"])):
            continue
        close = difflib.get_close_matches(upper, known, n=1, cutoff=0.9)
        if upper in data["invented"]:
            text, mend = (
                f"no program reads {name}",
                Mend(data["invented"][upper], _unset(name).commands),
            )
        elif close:
            text = f"no program reads {name}; you probably mean {close[0]}"
            mend = Mend(
                "Set the right name",
                (*machine.setting(close[0], os.environ[name]), *machine.unset(name)),
            )
        elif upper.startswith(tuple(data["prefixes"])):
            text, mend = f"no program reads {name}", _unset(name)
        else:
            continue
        yield warning(
            text,
            mend=mend,
            subject="variables",
            cause="unknown-variable",
            data={"name": name, "value": os.environ[name], "meant": close[0] if close else None},
        )


def _ours() -> Iterator[Finding]:
    # importing it imports no backend's library
    import compat.releases as releases
    from dispatcher import registry

    raises = functools.partial(
        error, cause="bad-variable", why="compat.install() raises it.", subject="compat"
    )
    for name in (releases.VERSION_VARIABLE, "TORCHAUDIO_COMPAT_AUTO"):
        try:
            releases.named(os.environ.get(name) or releases.DEFAULT)
        except ValueError as why:
            mend = Mend("Set it to one of them", machine.setting(name, releases.DEFAULT))
            yield raises(f"{name}: {why}", mend=mend)
    try:
        registry.Registry(releases.backends())
    except ValueError as why:
        name, known = releases.BACKENDS_VARIABLE, ",".join(registry.known())
        mend = Mend("Name existing backends", machine.setting(name, known))
        yield raises(f"{name}={os.environ.get(name)}: {why}", mend=mend)


def _loader(world: World) -> Iterator[Finding]:
    for name in mends.LOADER:
        for folder in filter(None, os.environ.get(name, "").split(os.pathsep)):
            try:
                held = sorted(
                    entry
                    for entry in os.listdir(folder)
                    if entry.startswith(("libtorch", "libc10", "libtorchaudio"))
                )
            except OSError:
                continue
            if held:
                is_harmful = world.importable("torch") and world.imported("torch").failed
                yield (error if is_harmful else warning)(
                    f"{name} leads to another torch's libraries in {folder}",
                    why="The loader looks there before it looks in the installed torch.",
                    mend=Mend(f"Take {folder} out of {name}", _unset(name).commands),
                    subject="torch",
                    cause="loader-path",
                    evidence=tuple(held[:5]),
                    data={"name": name, "folder": folder},
                )
