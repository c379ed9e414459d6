"""Hold what a report is made from."""

from typing import NamedTuple

from compat.audit.classes import CLASSES
from compat.audit.options import Terms
from compat.audit.sampling import Bound, bound
from compat.audit.tally import Tally


class Result(NamedTuple):
    """The result of a run, or of the part that was done.

    Attributes:
        terms: what was compared, and how.
        tally: the counts.
        found: how many files there are.
        wanted: how many of them were to be compared: all, or those of the sample.
        done_before: how many earlier runs had done.
        passed_over: files of folders with other extensions.
        sample: the size asked for, 0 for no sample.
        confidence: of the bounds.
        results: where the rows are.
        failing: the classes that make the exit status 1 or 2.
        stopped: why the run ended early, or "".
        links: links to folders, which were not followed.
        report: the page to write, or "".
    """

    terms: Terms
    tally: Tally
    found: int
    wanted: int
    done_before: int
    passed_over: int
    sample: int
    confidence: float
    results: str
    failing: frozenset[str]
    stopped: str = ""
    links: int = 0
    report: str = ""

    @property
    def bound(self) -> Bound | None:
        """Return what the sample says about all files, or ``None`` without a sample."""
        if not self.sample or not self.tally.files:
            return None
        return bound(self.tally.differing, self.tally.files, self.found, self.confidence)

    @property
    def status(self) -> int:
        """Return the exit status: 2 if a side cannot read a file, 1 if something differs, else 0.

        Only the classes in ``failing`` count.
        """
        groups = {
            CLASSES[kind].group
            for kind, number in self.tally.kinds.items()
            if number and kind in self.failing
        }
        return 2 if "errors" in groups else 1 if "differences" in groups else 0

    def bound_sentence(self) -> str:
        """Return the bound in words; "" without a sample."""
        found = self.bound
        if found is None:
            return ""
        if found.size >= found.population:
            return f"The sample contains all {found.population:,} files."
        many = f"{found.found:,} of {found.size:,} sampled files are not the same"
        sure = f"with {found.confidence * 100:.6g} % confidence"
        if found.found:
            shares = f"{_percent(found.low)} to {_percent(found.high)}"
            return (
                f"{many}: {sure}, {found.fewest:,} to {found.most:,} of all {found.population:,} "
                f"files ({shares}) are not."
            )
        return (
            f"{many}: {sure}, at most {found.most:,} of all {found.population:,} files "
            f"({_percent(found.high)}) are not."
        )


def _percent(share: float) -> str:
    """Return a percentage with two significant digits."""
    return f"{float(f'{share * 100:.2g}'):g} %"
