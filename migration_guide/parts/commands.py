"""The options of every command as its parser knows them, for the page commands.md.

The text of `--help` would not do: argparse lays it out differently from one Python to the next.
"""

from __future__ import annotations

import argparse
import contextlib
import re
from collections.abc import Iterator
from unittest import mock

from compat import cli


def lines() -> Iterator[str]:
    """Yield a heading, a line of what it does and a table of options for each command."""
    for name in cli.COMMANDS:
        parser = _parser(name)
        yield from (
            f"## {name}",
            "",
            parser.description or "",
            "",
            "| option | what it does |",
            "|---|---|",
        )
        yield from (
            f"| {_spelled(action)} | {_help(action, parser)} |"
            for action in parser._actions
            if action.help
        )
        yield ""


def _parser(name: str) -> argparse.ArgumentParser:
    """Return the parser that a command makes for itself."""
    asked: list[argparse.ArgumentParser] = []

    def print_help(parser: argparse.ArgumentParser) -> None:
        asked.append(parser)

    with (
        mock.patch.object(argparse.ArgumentParser, "print_help", print_help),
        contextlib.suppress(SystemExit),
    ):
        cli.main([name, "--help"])
    return asked[0]


def _spelled(action: argparse.Action) -> str:
    """Return an option with its value, as one types it."""
    value = ""
    if action.nargs != 0:
        choices = "{" + ",".join(map(str, action.choices)) + "}" if action.choices else ""
        metavar = action.metavar if isinstance(action.metavar, str) else ""
        value = metavar or choices or action.dest.upper()
    names = ", ".join(f"`{option}`" for option in action.option_strings)
    return " ".join(filter(None, (names, f"`{value}`" if value else "")))


def _help(action: argparse.Action, parser: argparse.ArgumentParser) -> str:
    text = (action.help or "") % {**vars(action), "prog": parser.prog}
    return re.sub(r"\s+", " ", text).replace("|", "\\|")
