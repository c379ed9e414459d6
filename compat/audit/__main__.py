"""Run the audit: ``python -m compat.audit``."""

import sys

if __name__ == "__main__":
    try:
        from compat.commands.console import begun

        status: int = begun("compat.audit.cli", "python -m compat.audit")
    except KeyboardInterrupt:  # Ctrl-C came before the command line could handle it
        status = 130
    sys.exit(status)
