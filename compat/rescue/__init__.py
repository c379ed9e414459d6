"""Import a torchaudio whose compiled part does not load, without that part.

Nearly all of torchaudio is Python; only ``torchaudio._extension`` loads what was compiled.

``hook.py`` stands in the way of that one module and notes why it fails, ``extension.py`` has what the
rest of torchaudio asks it for, ``libraries.py`` finds libraries that would kill the process, and
``notice.py`` words the warning. The operators that were compiled are in ``compat.operators``.
"""

from __future__ import annotations
