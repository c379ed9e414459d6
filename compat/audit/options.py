"""What a run was asked to do."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import json


class UsageError(Exception):
    """The command cannot be carried out as it was given; the text says what to change."""


@dataclasses.dataclass(frozen=True)
class Terms:
    """What decides a comparison, and so must be the same in all rows of one results file.

    Attributes:
        old: the side of ``--from``, as ``RELEASE[:MODE][:BACKEND]``.
        new: the side of ``--to``.
        tolerance: samples that differ by no more than this, of a full scale of 1, are taken for equal.
        max_shift: how far apart, in frames, the sides are looked for.
        normalize: samples as float32; otherwise in the dtype that each side gives them.
        against: the root below which the new side reads its files; "" where both read the same.
    """

    old: str
    new: str
    tolerance: float = 2.0**-14
    max_shift: int = 1 << 17
    normalize: bool = True
    against: str = ""

    @functools.cached_property
    def digest(self) -> str:
        """A short name of all of it, which each row carries."""
        return hashlib.blake2b(json.dumps(dataclasses.asdict(self), sort_keys=True).encode(), digest_size=6).hexdigest()
