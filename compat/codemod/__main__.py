"""Run the codemod: ``python -m compat.codemod``."""

from compat.codemod.run.cli import main
from compat.commands.console import leave

if __name__ == "__main__":
    kept: list[object] = []
    leave(main(keep=kept))
