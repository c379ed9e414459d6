"""Hold what a run was asked to do."""

import dataclasses
import functools
import hashlib
import json


@dataclasses.dataclass(frozen=True)
class Terms:
    """The conditions of a comparison; all rows of one results file must share them.

    Attributes:
        old: the side of ``--from``, as ``RELEASE[:MODE][:BACKEND]``.
        new: the side of ``--to``.
        tolerance: samples that differ by no more than this count as equal; full scale is 1.
        max_shift: the largest shift to look for, in frames.
        normalize: compare samples as float32; otherwise in the dtype that each side gives.
        against: the root of the new side's files; "" if both sides read the same files.
    """

    old: str
    new: str
    tolerance: float = 2.0**-14
    max_shift: int = 1 << 17
    normalize: bool = True
    against: str = ""

    @functools.cached_property
    def digest(self) -> str:
        """Return a short hash of all conditions, which each row carries."""
        return hashlib.blake2b(
            json.dumps(dataclasses.asdict(self), sort_keys=True).encode(), digest_size=6
        ).hexdigest()
