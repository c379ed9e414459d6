"""Define a rule's draft: a part of the text, the changes for it, and the functions they touch."""

import dataclasses

from compat.codemod.rewrite.changes import Change
from compat.codemod.source import Imported, Place, Use

# a use, an import, or the full path of a name in a text: "torchaudio.AudioMetaData"
Touched = Use | Imported | str
# for a change that touches no function of torchaudio, as of an environment variable
NO_FUNCTION = ()


@dataclasses.dataclass(eq=False)
class Draft:
    """What a rule proposes, or only reports.

    Attributes:
        span: the part of the text, as offsets in the module's text.
        changes: what to do; none for a report.
        touches: the functions of torchaudio that the changes touch. If a test replaces one of them,
            the engine refuses the changes. A draft with changes must set this.
        group: drafts of one group, in any number of files, are made together or not at all.
        unsafe: whether the changes need ``--unsafe``.

    Raises:
        TypeError: there are changes, but ``touches`` is missing.
    """

    span: tuple[int, int]
    reason: str
    advice: str = ""
    changes: tuple[Change, ...] = ()
    touches: tuple[Touched, ...] | None = None
    group: int | None = None
    unsafe: bool = False
    related: tuple[Place, ...] = ()

    def __post_init__(self) -> None:
        if self.changes and self.touches is None:
            raise TypeError(
                "a draft with changes must say which functions of torchaudio they touch (touches=)"
            )
