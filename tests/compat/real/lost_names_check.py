"""Imports every name that torchaudio had, over the torchaudio that is found, and says which were refused without advice.

Run with the release to pin; prints `N names, M refused`, then each fault.
"""

import importlib
import re
import sys
import warnings

import compat
from compat.names import wheel_names

# names of the installed torchaudio's own modules, in which nothing of ours stands; of a library that is not here
_OTHERS = re.compile(r"^(_extension|models\.decoder)\b|(^|\.)_(?!_)")


def main() -> None:
    warnings.simplefilter("ignore")
    compat.install(sys.argv[1])
    names = [name for name in wheel_names.table().spans if "." in name and not _OTHERS.search(name)]
    refused, faults = 0, []
    for name in names:
        module, _, last = name.rpartition(".")
        try:
            exec(f"from torchaudio.{module} import {last}", {})
        except ImportError as why:
            refused += 1
            text = str(why)
            if text.startswith("cannot import name"):
                faults.append(f"{name}: {text}")
            for found in re.findall(r"torchaudio (2\.\d+\.\d+) is the last|torchaudio==(2\.\d+\.\d+)`|to (2\.\d+\.\d+) have it", text):
                release = "".join(found)
                if release not in wheel_names.releases_of(name):
                    faults.append(f"{name}: {text}: {release} has not got it")
    importlib.import_module("torchaudio")
    print(f"{len(names)} names, {refused} refused")
    print("\n".join(faults))


if __name__ == "__main__":
    main()
