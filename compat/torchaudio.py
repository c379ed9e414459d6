"""Be the stand-in: ``from compat import torchaudio``.

It is a real module for the import system, so its functions pickle by name into other processes.
"""

import sys

from compat import installation

installation.become_standin(sys.modules[__name__])
del installation, sys
