"""Print which names of the releases are not there under the drop-in: what a program would miss.

    python -m tests.names.compare 2.0 2.2                  in a stand-in
    PYTHONPATH=FOLDER python -m tests.names.compare 2.0    over the torchaudio that lies in FOLDER

Names are those of ``compat/names/wheel_names/names.txt``, public and private. Over a real torchaudio of another release, names
are listed that it has lost; what is left out on purpose, and why, stands in ``tests/names/left_out.toml``.
"""

import importlib
import sys
import warnings
from typing import Any

import compat
from compat import releases
from compat.names import wheel_names


def reach(root: str, path: str) -> Any:
    """Return what a dotted path below a module leads to, importing where an attribute is missing.

    Raises:
        AttributeError, ImportError: it leads nowhere.
    """
    found, parts = sys.modules[root], path.split(".")
    for index, part in enumerate(parts):
        try:
            found = getattr(found, part)
        except AttributeError:
            name = ".".join([root, *parts[: index + 1]])
            if not hasattr(found, "__path__"):
                raise
            found = importlib.import_module(name)
    return found


def missing(release: str) -> list[str]:
    """Return the names of a pinned release that are not there while it is installed."""
    patch = releases.named(release).last_patch
    lost = []
    with warnings.catch_warnings(action="ignore"):
        with compat.pinned(release):
            for name in wheel_names.table().spans:
                if wheel_names.has(name, patch):
                    try:
                        reach("torchaudio", name)
                    except Exception:  # the decoders raise RuntimeError without flashlight-text
                        lost.append(name)
    return lost


if __name__ == "__main__":
    for asked in sys.argv[1:] or releases.names():
        for lost_name in missing(asked):
            print(asked, lost_name)
