"""Run the doctor: ``python -m compat.doctor``."""

import sys

if __name__ == "__main__":
    try:
        from compat.commands.shadows import keep_out

        keep_out()
        from compat.commands.console import begun

        status: int = begun("compat.doctor.cli", "python -m compat.doctor")
    except KeyboardInterrupt:  # Ctrl-C came before the command line could handle it
        status = 130
    sys.exit(status)
