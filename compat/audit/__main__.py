"""``python -m compat.audit``."""

from __future__ import annotations

import sys

from compat.audit.cli import main

if __name__ == "__main__":
    sys.exit(main())
