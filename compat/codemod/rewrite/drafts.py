"""A finding as a rule makes it: a stretch of text, the changes that would settle it, and the function of torchaudio they touch."""

import dataclasses

from compat.codemod.rewrite.changes import Change
from compat.codemod.source import Imported, Place, Use

# A use, an import, or the full path of a name that stands in a text: "torchaudio.AudioMetaData".
Touched = Use | Imported | str
# For a change that no function of torchaudio has a part in, as of an environment variable.
NO_FUNCTION = ()


@dataclasses.dataclass(eq=False)
class Draft:
    """What a rule proposes, or only reports.

    Attributes:
        span: the stretch, as offsets in the module's text.
        changes: what to do; none for a report.
        touches: the functions of torchaudio that the changes touch. The engine refuses the changes where a test replaces one of them.
            A draft with changes must say it.
        group: drafts of one group, in any number of files, are carried out together or not at all.
        unsafe: the changes are made under ``--unsafe`` only.

    Raises:
        TypeError: there are changes, and nothing is said of what they touch.
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
            raise TypeError("a draft with changes must say which functions of torchaudio they touch (touches=)")
