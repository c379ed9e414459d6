"""``python -m compat.doctor``."""

import sys

if __name__ == "__main__":
    try:
        from compat.shadows import keep_out

        keep_out()
        from compat.console import begun

        status: int = begun("compat.doctor.cli", "python -m compat.doctor")
    except KeyboardInterrupt:  # before there is anybody to say so
        status = 130
    sys.exit(status)
