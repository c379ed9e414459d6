"""``python -m compat.codemod``."""

from __future__ import annotations

import sys

from compat.codemod.cli import main

if __name__ == "__main__":
    sys.exit(main())
