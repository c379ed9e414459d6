"""``%load_ext compat`` and ``%torchaudio 2.0``: the drop-in in a notebook.

Only IPython's ``%load_ext`` imports this module; nothing else in the package needs IPython.
"""

import ast
import difflib
import shlex
import sys
from typing import Any

from IPython.core.error import UsageError

import compat
from compat import installation, releases
from dispatcher import notices, registry

_NAME = "torchaudio"
_OFF = "off"
_UNINSTALL = ("uninstall", "none")
_BACKENDS = "--backends"
_MAGIC = f"""\
Run old torchaudio code in the cells below, as an old release ran it.

    %torchaudio 2.0                         from here on, `import torchaudio` gives you 2.0
    %torchaudio                             show which release is installed
    %torchaudio off                         uninstall it
    %torchaudio 2.1 --backends soundfile    use only these backends; several as A,B
    %torchaudio 2.0 --mixed-dialects        set a flag of `compat.install`
    %torchaudio 2.0 --sox-signed-bits 16    set a flag that has a value

Releases: {", ".join(releases.names())}. The guide explains the flags, and Tab completes them.

You can install another release at any time. Cells that use `torchaudio.load` then use the new one.
Names from `from torchaudio import load` keep the old function, and a line under the cell says so:
run the cell that imported them again, or restart the kernel.
"""


def load_ipython_extension(shell: Any) -> None:
    """Give a notebook the magic ``%torchaudio``, with its help and its completion."""
    magic = _Magic()

    def torchaudio(line: str) -> None:
        magic.run(line)

    torchaudio.__doc__ = _MAGIC
    shell.register_magic_function(torchaudio, "line", _NAME)
    shell.set_hook("complete_command", complete, str_key=f"%{_NAME}")


def unload_ipython_extension(shell: Any) -> None:
    """Remove the magic, and uninstall the release in force."""
    shell.magics_manager.magics["line"].pop(_NAME, None)
    shell.strdispatchers["complete_command"].strs.pop(f"%{_NAME}", None)
    compat.uninstall()


class _Magic:
    """The magic ``%torchaudio``; it remembers the backends that it installed."""

    def __init__(self) -> None:
        self._backends: list[str] | None = None

    def run(self, line: str) -> None:
        """Install, uninstall or show a release, as the line says, and print the state.

        Raises:
            UsageError: a name in it is unknown; IPython shows the text without a traceback.
        """
        try:
            version, backends, flags = parsed(line)
            if version == _OFF:
                compat.uninstall()
                self._backends = None
            elif version is not None:
                with notices.collected() as told:
                    compat.install(version, backends=backends, **flags)
                self._backends = backends
                for text in told:
                    print(text, file=sys.stderr)
            print(self._state())
        except ValueError as why:
            raise UsageError(f"%{_NAME}: {why}") from None

    def _state(self) -> str:
        if not installation.is_installed():
            return f"no release is in force; %{_NAME} 2.0 installs one"
        release = compat.release()
        changed = [f", {name}={value!r}" for name, value in releases.changed(release).items()]
        only = f", backends {', '.join(self._backends)} alone" if self._backends else ""
        kind = "a stand-in, which has the I/O"
        if installation.is_over_real():
            kind = "the installed torchaudio, with its I/O replaced"
        return f"torchaudio {release.name}{only}{''.join(changed)}: {kind}"


def parsed(line: str) -> tuple[str | None, list[str] | None, dict[str, Any]]:
    """Return the release, the backends and the flags that a line names.

    Raises:
        ValueError: it cannot be understood; the text says how to write it.
    """
    try:
        words = shlex.split(line)
    except ValueError as why:
        raise ValueError(f"{line!r}: {why}") from why
    version, backends, flags = None, None, {}
    while words:
        word = words.pop(0)
        if not word.startswith("--"):
            name, equals, value = word.partition("=")
            if equals:
                dashed = f"--{name.replace('_', '-')}"
                raise ValueError(f"{word!r} is no release; a flag is written as {dashed} {value}")
            if version is not None:
                raise ValueError(
                    f"{word!r} is one release too many; name one, as in %{_NAME} {version}"
                )
            version = _OFF if word in _UNINSTALL else word
            continue
        option, given, value = word.partition("=")
        flag = releases.flags().get(_flag(option))
        if option != _BACKENDS and flag is None:
            raise ValueError(_unknown(option))
        is_switch = flag is not None and flag.values == (False, True)
        if (
            not given
            and words
            and not words[0].startswith("--")
            and (not is_switch or words[0] in ("True", "False"))
        ):
            value = words.pop(0)
        if not value and not is_switch:
            raise ValueError(
                f"{option} needs {', '.join(registry.known()) if flag is None else 'a value'}"
            )
        names = [name for name in value.split(",") if name]
        if flag is None:
            backends = names
        else:
            flags[flag.name] = (
                names if isinstance(flag.default, tuple) else _literal(value) if value else True
            )
    if version in (None, _OFF) and (backends or flags):
        raise ValueError(
            f"name a release before the options, as in %{_NAME} {releases.DEFAULT} {line.strip()}"
        )
    return version, backends, flags


def _flag(option: str) -> str:
    return option.removeprefix("--").replace("-", "_")


def _unknown(option: str) -> str:
    known = [_BACKENDS, *(f"--{name.replace('_', '-')}" for name in releases.flags())]
    near = difflib.get_close_matches(option.replace("_", "-"), known, 1)
    return f"there is no {option}; " + (
        f"do you mean {near[0]}?" if near else f"there is {', '.join(known)}"
    )


def _literal(text: str) -> Any:
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def complete(shell: Any, event: Any) -> list[str]:
    """Return the completions at the end of a line of ``%torchaudio``."""
    before = event.line.split()
    if not event.line.endswith((" ", "\t")) and len(before) > 1:
        before = before[:-1]
    last = before[-1]
    flags = releases.flags()
    if last == _BACKENDS:
        return list(registry.known())
    values = flags[name].values if (name := _flag(last)) in flags else None
    if values:
        return [str(value) for value in values]
    if len(before) == 1:
        return [*releases.names(), _OFF]
    return [_BACKENDS, *(f"--{name.replace('_', '-')}" for name in flags)]
