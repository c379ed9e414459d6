"""Form words and sentences that all formats share."""

from compat.codemod.source import Finding


def told(finding: Finding) -> str:
    """Return a finding's reason and advice."""
    return f"{sentence(finding.reason)} {finding.advice}".rstrip()


def sentence(text: str) -> str:
    """Return the text with a full stop."""
    return text if text.endswith((".", "!", "?")) else f"{text}."


def printable(text: str) -> str:
    """Return a path with bytes that are not UTF-8 replaced."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def counted(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun: 1 file, 2 files."""
    return f"{number} {one if number == 1 else many or f'{one}s'}"
