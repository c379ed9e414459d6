"""``python -m compat.audit``."""

import sys

if __name__ == "__main__":
    try:
        from compat.console import begun

        status: int = begun("compat.audit.cli", "python -m compat.audit")
    except KeyboardInterrupt:  # before there is anybody to say so
        status = 130
    sys.exit(status)
