"""Find files that hide modules of Python's standard library.

This file imports only what Python has loaded at its start, so that no shadow can break it.
"""

import os
import sys

# standard modules that programs do not import; many projects have a folder `test`
_OF_NO_USE = ("test", "this", "antigravity")


def first() -> list[tuple[str, str]]:
    """Return the modules that Python finds before its own: their names and files."""
    own = os.path.realpath(os.path.dirname(os.__file__))
    modules = []
    for entry in sys.path:
        try:
            folder = os.path.realpath(entry)
            if folder == own:
                break
            names = sorted(os.listdir(folder))
        except OSError:
            continue
        for file in names:
            name, extension = os.path.splitext(file)
            place = os.path.join(folder, file)
            if extension == "" and os.path.isfile(os.path.join(place, "__init__.py")):
                place = os.path.join(place, "__init__.py")
            elif extension != ".py":
                continue
            modules.append((name, place))
    return modules


def found() -> list[tuple[str, str]]:
    """Return the name of each hidden module of Python, and the file found in its place."""
    known = sys.stdlib_module_names.difference(sys.builtin_module_names, _OF_NO_USE)
    return list({name: place for name, place in reversed(first()) if name in known}.items())


def _real(folder: str) -> str:
    try:
        return os.path.realpath(folder)
    except OSError:  # the working folder has been removed
        return ""


def keep_out() -> None:
    """Import the hidden standard modules, so that this process can go on."""
    shadows = found()
    if not shadows:
        return
    folders = {os.path.dirname(place.removesuffix(f"{os.sep}__init__.py")) for _, place in shadows}
    path = sys.path[:]
    sys.path[:] = [entry for entry in path if _real(entry) not in folders]
    for name, _ in shadows:
        try:  # noqa: SIM105 - contextlib's own imports may be what is shadowed
            __import__(name)
        except Exception:  # noqa: BLE001 - this build of Python may lack it
            pass
    sys.path[:] = path
