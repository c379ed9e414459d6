"""Define the classes of outcomes: what each one means, and what it counts as."""

from typing import NamedTuple

from compat.commands.arguments import UsageError

SAME, DIFFERENCES, ERRORS = "same", "differences", "errors"


class Class(NamedTuple):
    """One class of outcomes.

    Attributes:
        name: as in the results and after ``--fail-on``.
        title: as people read it.
        group: ``same``, ``differences`` or ``errors``.
        meaning: a sentence.
    """

    name: str
    title: str
    group: str
    meaning: str


_ALL = (
    Class("identical", "identical", SAME, "Both sides give the same samples, bit for bit."),
    Class("tolerance", "within tolerance", SAME, "No sample differs by more than the tolerance."),
    Class(
        "metadata",
        "metadata differ",
        DIFFERENCES,
        "Sample rate, channels, dtype or the result of info differ.",
    ),
    Class(
        "length",
        "other length",
        DIFFERENCES,
        "The common part is the same, but one side is shorter.",
    ),
    Class("shifted", "shifted", DIFFERENCES, "The same sound, some frames earlier or later."),
    Class("scaled", "scaled", DIFFERENCES, "The same samples, scaled or inverted."),
    Class(
        "shifted_scaled", "shifted and scaled", DIFFERENCES, "The same sound, shifted and scaled."
    ),
    Class(
        "different",
        "different",
        DIFFERENCES,
        "Neither a shift nor a factor explains the difference.",
    ),
    Class(
        "error_from",
        "only the old side fails",
        ERRORS,
        "The old side cannot read the file, the new one can.",
    ),
    Class(
        "error_to",
        "only the new side fails",
        ERRORS,
        "The new side cannot read the file, the old one can.",
    ),
    Class("error_both", "both sides fail", ERRORS, "Neither side can read the file."),
    Class(
        "crashed",
        "the process died",
        ERRORS,
        "A decoder crashed the process that read the file, or exceeded the time limit.",
    ),
)
CLASSES = {one.name: one for one in _ALL}
GROUPS = (DIFFERENCES, ERRORS)


def named(text: str) -> frozenset[str]:
    """Return the classes for a comma-separated list of classes and groups; ``none`` is empty.

    Raises:
        UsageError: a name is neither.
    """
    found: set[str] = set()
    for name in filter(None, (part.strip().replace("-", "_") for part in text.split(","))):
        if name == "none":
            continue
        members = {one.name for one in _ALL if name in (one.name, one.group)}
        if not members:
            raise UsageError(
                f"--fail-on: there is no class {name!r}; name some of "
                f"{', '.join((*GROUPS, *CLASSES))}, or none"
            )
        found |= members
    return frozenset(found)
