"""Install a release for programs that cannot be edited: ``TORCHAUDIO_COMPAT_AUTO=2.0``.

A one-line file beside the installed packages imports this module at the start of every Python
process with that variable. Nothing is installed and nothing heavy imported at that moment; both
happen when the program imports torchaudio.
"""

import os
import sys
import warnings

from compat.dropin.first_import import ROOT, FirstImport

VARIABLE = "TORCHAUDIO_COMPAT_AUTO"


def _install() -> None:
    import compat

    try:
        compat.install(os.environ.get(VARIABLE))
    except compat.CompatWarning as told:  # with -W error; the program did not ask for the release
        print(told, file=sys.stderr)
        with warnings.catch_warnings(action="default", category=compat.CompatWarning):
            compat.install(os.environ.get(VARIABLE))  # does nothing if it is installed by now


def wait() -> None:
    """Wait for the import, unless torchaudio is loaded already."""
    if (
        os.environ.get(VARIABLE)
        and ROOT not in sys.modules
        and not any(isinstance(finder, FirstImport) for finder in sys.meta_path)
    ):
        sys.meta_path.insert(0, FirstImport(_install))


wait()
