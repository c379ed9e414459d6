"""The stand-in itself: ``from compat import torchaudio``.

A module like any other to the import system, so that its functions pickle by name into other processes.
"""

import sys

from compat.installation import become_standin

become_standin(sys.modules[__name__])
