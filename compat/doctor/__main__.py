"""``python -m compat.doctor``."""

from __future__ import annotations

import sys

from compat.doctor.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
