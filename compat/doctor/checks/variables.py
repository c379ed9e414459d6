"""Environment variables: what is set, what it does under each release, and what has no effect.

`TORCHAUDIO_USE_BACKEND_DISPATCHER` means three things in three releases, and no release understands
`true`. The check reports names that nothing reads, misspelt or invented, and tries out our own.
Variables of the system's loader matter if they lead to another torch.
"""

import difflib
import functools
import os
import pathlib
import tomllib
from typing import Any

import compat.releases as releases  # not `from compat import`, which would build the stand-in first
from compat.diagnosis import machine
from compat.diagnosis.findings import Finding, Mend, error, note, ok, warning
from compat.doctor.check import Group, Iterator, World, check

_ON, _OFF = ("1", "true", "yes", "on", "y", "t"), ("0", "false", "no", "off", "n", "f")
_LOADER = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH")
_PRELOAD = ("LD_PRELOAD", "DYLD_INSERT_LIBRARIES")


@functools.cache
def table() -> dict[str, Any]:
    """Return the rows of ``variables.toml``."""
    return tomllib.loads(
        pathlib.Path(__file__).parents[1].joinpath("variables.toml").read_text("utf-8")
    )


@check(
    title="Variables",
    group=Group.SETTINGS,
    why="A variable that does nothing, or the opposite of what was meant, looks like a bug in "
    "the program.",
)
def variables(world: World) -> Iterator[Finding]:
    found = [*_dispatcher(), *_unknown(), *_ours(), *_loader()]
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


def _effects() -> dict[str, str]:
    """Return what the dispatcher's variable, with its present value, does under each release."""
    effects = {}
    for name, release in releases.presets().items():
        on = "on" if releases.dispatcher_on(release) else "off"
        effects[name] = (
            "not read, always on"
            if release.dispatcher_variable == "ignored"
            else f"dispatcher {on}"
        )
    return effects


def _dispatcher() -> Iterator[Finding]:
    name = releases.DISPATCHER_VARIABLE
    value = os.environ.get(name)
    if value is None:
        return
    try:
        release = releases.named()
    except ValueError:
        release = releases.named(releases.DEFAULT)
    effects = _effects()
    listed = "; ".join(f"{key}: {effect}" for key, effect in effects.items())
    rest: dict[str, Any] = {
        "subject": "variables",
        "evidence": tuple(f"{key}: {effect}" for key, effect in effects.items()),
        "data": {"name": name, "value": value, "effects": effects, "release": release.name},
    }
    seems = True if value.lower() in _ON else False if value.lower() in _OFF else None
    wanted = {True: "1", False: "0"}.get(seems) if seems is not None else None
    does = releases.dispatcher_on(release)
    if release.dispatcher_variable == "ignored" and value == "1":
        yield note(
            f"{name}=1 does nothing under release {release.name}: the dispatcher is always "
            f"on ({listed})",
            mend=_unset(name),
            **rest,
        )
    elif release.dispatcher_variable == "ignored":
        text = (
            f"{name}={value} does nothing under release {release.name}, where the dispatcher is "
            f"always on ({listed})"
        )
        mend = (
            Mend(
                "To get the global backend, pin release 2.1 or 2.0",
                machine.setting(releases.VERSION_VARIABLE, "2.1"),
            )
            if seems is False
            else _unset(name)
        )
        yield warning(text, mend=mend, cause="variable-without-effect", **rest)
    elif seems is None or seems != does:
        state = "on" if does else "off"
        text = f"{name}={value!r} means {state} under release {release.name} ({listed})"
        commands = (
            machine.setting(name, wanted)
            if wanted
            else (*machine.setting(name, "1"), *machine.setting(name, "0"))
        )
        yield warning(
            text,
            mend=Mend("Use 1 or 0: other values do not mean what they seem to", commands),
            cause="variable-misread",
            **rest,
        )
    elif value not in ("0", "1"):
        mend = Mend(
            "Use 1 or 0: other values mean something else in some releases",
            machine.setting(name, wanted or "1"),
        )
        yield note(f"{name}={value!r}: {listed}", mend=mend, **rest)


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
    # importing the registry imports no backend's library
    from dispatcher import registry

    for name in (releases.VERSION_VARIABLE, "TORCHAUDIO_COMPAT_AUTO"):
        try:
            releases.named(os.environ.get(name) or releases.DEFAULT)
        except ValueError as why:
            mend = Mend("Set it to one of them", machine.setting(name, releases.DEFAULT))
            yield error(
                f"{name}: {why}",
                why="compat.install() raises it.",
                mend=mend,
                subject="variables",
                cause="bad-variable",
            )
    try:
        registry.Registry(releases.backends())
    except ValueError as why:
        mend = Mend(
            "Name existing backends",
            machine.setting(releases.BACKENDS_VARIABLE, ",".join(registry.known())),
        )
        text = f"{releases.BACKENDS_VARIABLE}={os.environ.get(releases.BACKENDS_VARIABLE)}: {why}"
        yield error(
            text,
            why="compat.install() raises it.",
            mend=mend,
            subject="variables",
            cause="bad-variable",
        )
    libsox = os.environ.get("TORCHAUDIO_COMPAT_LIBSOX")
    if libsox and os.sep in libsox and not pathlib.Path(libsox).exists():
        text = f"TORCHAUDIO_COMPAT_LIBSOX names {libsox}, which is not there"
        yield error(
            text,
            why="While it is set, no other libsox is tried, so the sox backend does not work.",
            mend=_unset("TORCHAUDIO_COMPAT_LIBSOX"),
            subject="libsox",
            cause="bad-variable",
        )


def _loader() -> Iterator[Finding]:
    for name in _LOADER:
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
                yield warning(
                    f"{name} leads to another torch's libraries in {folder}",
                    why="The loader looks there before it looks in the installed torch.",
                    mend=Mend(f"Take {folder} out of {name}", _unset(name).commands),
                    subject="torch",
                    cause="loader-path",
                    evidence=tuple(held[:5]),
                    data={"name": name, "folder": folder},
                )
    for name in _PRELOAD:
        if os.environ.get(name):
            yield note(
                f"{name}={os.environ[name]} is loaded into every process",
                subject="variables",
                data={"name": name, "value": os.environ[name]},
            )
