"""Words and sentences that all formats share."""

from compat.codemod.source import FileResult, Finding, Options


def left_of(file: FileResult, options: Options) -> list[Finding]:
    """What is left in a file, at its places in what the file holds now."""
    return file.left_after if options.writes else file.left


def sentence(text: str) -> str:
    """With a full stop."""
    return text if text.endswith((".", "!", "?")) else f"{text}."


def printable(text: str) -> str:
    """A path that is not UTF-8, with what cannot be shown replaced."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def counted(number: int, one: str, many: str = "") -> str:
    """A number with its word: 1 file, 2 files."""
    return f"{number} {one if number == 1 else many or f'{one}s'}"
