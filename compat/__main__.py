"""Run ``python -m compat COMMAND``, the same as ``torchaudio-compat COMMAND``."""

import sys

from compat.cli import main

if __name__ == "__main__":
    sys.exit(main())
