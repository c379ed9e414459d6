#!/usr/bin/env python3
"""The pre-commit hook: run the codemod from this checkout, in an environment without audio."""

import os
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HOME = ROOT / ".hook" / str(sys.implementation.cache_tag)
NEEDED = ("pathspec", "packaging")


def requirements() -> list[str]:
    """What the codemod needs of all that this package requires, as pyproject.toml has it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return [one for one in project["dependencies"] if one.startswith(NEEDED)]


def environment(home: Path = HOME) -> Path:
    """The interpreter of the environment, which is made by the first run.

    Raises:
        subprocess.CalledProcessError: pip could not install what is needed.
    """
    python = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    ready, wanted = home / "ready", "\n".join(requirements())
    if not ready.exists() or ready.read_text("utf-8") != wanted:
        venv.create(home, with_pip=True, clear=True)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, *requirements()], check=True)
        ready.write_text(wanted, "utf-8")
    return python


def main(arguments: list[str]) -> int:
    """Run it; gives its exit status."""
    try:
        python = environment()
    except (OSError, subprocess.CalledProcessError) as why:
        print(
            f"the environment of this hook could not be made: {why}. Check the network, and run "
            "pre-commit again.",
            file=sys.stderr,
        )
        return 2
    return subprocess.run(
        [str(python), "-m", "compat.codemod", *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    ).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
