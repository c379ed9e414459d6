"""The arguments of our commands: one parser, and the error for wrong arguments."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any, NoReturn, TypeAlias

# for the names of each argument, with spaces between them, what ``add_argument`` takes
Table: TypeAlias = dict[str, dict[str, Any]]


class UsageError(Exception):
    """A command that cannot run with its arguments; the text says what to change."""


def check_writable(option: str, path: str) -> None:
    """Check that a file can be written, before the work of which it will tell.

    ``compat.commands.writing`` writes beside a file, and into what is no regular file.

    Raises:
        UsageError: it is a folder, or its folder is missing or cannot be written.
    """
    if os.path.exists(path) and not os.path.isfile(path):
        place, fits = path, not os.path.isdir(path)
    else:
        place = os.path.dirname(os.path.realpath(path))
        fits = os.path.isdir(place)
    if not fits or not os.access(place, os.W_OK):
        raise UsageError(
            f"{option} {path}: it cannot be written there; name a file in a folder that is there"
        )


class Parser(argparse.ArgumentParser):
    """A parser whose descriptions and epilogs keep their line breaks.

    Args:
        prog: the name of the command.
        wrong_usage: the exit status for wrong arguments; argparse's own is 2, which means something
            else for some commands.
        options: those of ``argparse.ArgumentParser``.
    """

    def __init__(self, prog: str, wrong_usage: int = 2, **options: Any) -> None:
        options = {"formatter_class": argparse.RawDescriptionHelpFormatter, **options}
        super().__init__(prog=prog, **options)
        self._wrong_usage = wrong_usage

    def error(self, message: str) -> NoReturn:
        """Print the usage and the error, and end with the status for wrong usage."""
        self.print_usage(sys.stderr)
        self.exit(self._wrong_usage, f"{self.prog}: error: {message}\n")


def number(
    read: Callable[[str], float], fits: Callable[[Any], bool], wanted: str
) -> Callable[[str], Any]:
    """Return an argparse type: a number that fits, or an error that says what is wanted."""

    def parse(text: str) -> float:
        value = read(text)
        if not fits(value):
            raise argparse.ArgumentTypeError(wanted)
        return value

    parse.__name__ = "number"  # as argparse calls what is none
    return parse


def add_all(group: Any, table: Table) -> None:
    """Add the arguments of a table to a parser, or to a group of one."""
    for names, options in table.items():
        group.add_argument(*names.split(), **options)


def parsed(parser: argparse.ArgumentParser, argv: Sequence[str] | None) -> argparse.Namespace | int:
    """Return the arguments, or the exit status if argparse has printed all there is."""
    try:
        return parser.parse_args(argv)
    except SystemExit as leaving:
        return int(leaving.code or 0)
