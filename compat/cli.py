"""Run ``torchaudio-compat COMMAND``, the same as ``python -m compat.COMMAND``."""

import importlib
import sys
from collections.abc import Sequence

from compat._version import __version__
from compat.commands import shadows
from compat.commands.console import begun

# command -> the module with its ``main``, and what it does
COMMANDS = {
    "run": ("compat.run", "run a program unchanged, with the I/O of an old torchaudio"),
    "codemod": ("compat.codemod.run.cli", "rewrite old calls for a later release"),
    "audit": ("compat.audit.cli", "compare how two releases decode your files"),
    "doctor": (
        "compat.doctor.cli",
        "explain why torchaudio or a backend does not load, and how to fix it",
    ),
}


def _usage() -> str:
    commands = "\n".join(f"  {name:8} {what}" for name, (_, what) in COMMANDS.items())
    return (
        f"usage: torchaudio-compat COMMAND ...\n\n{commands}\n\n"
        f"`torchaudio-compat COMMAND --help` lists its options. This is version {__version__}."
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; return its exit status, or 2 if there is none of that name."""
    given = list(sys.argv[1:] if argv is None else argv)
    if given and given[0] in COMMANDS:
        if given[0] == "run":  # there Ctrl-C belongs to the program
            return int(
                importlib.import_module(COMMANDS["run"][0]).main(
                    given[1:], prog="torchaudio-compat run"
                )
            )
        if given[0] == "doctor":
            shadows.keep_out()
        return begun(COMMANDS[given[0]][0], f"torchaudio-compat {given[0]}", given[1:])
    wanted = bool(given) and given[0] in ("-h", "--help", "--version")
    if given and not wanted:
        print(f"torchaudio-compat: there is no command {given[0]!r}", file=sys.stderr)
    print(
        __version__ if given[:1] == ["--version"] else _usage(),
        file=sys.stdout if wanted else sys.stderr,
    )
    return 0 if wanted else 2


if __name__ == "__main__":
    sys.exit(main())
