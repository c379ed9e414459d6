"""Compare one file in a worker."""

import contextlib
import functools
import os
from typing import NamedTuple

from compat.audit import fetching, sides, wording
from compat.audit.classes import CLASSES, SAME
from compat.audit.engines import EngineError
from compat.audit.inputs import sources
from compat.audit.items import Item
from compat.audit.options import Terms
from compat.audit.rows import Row
from dispatcher.errors import BackendUnavailable
from dispatcher.reading import unreadable


@functools.cache
def _side(name: str) -> sides.OneSide:
    """Return a side, made once in each process."""
    if "@" in name:  # VERSION@PYTHON
        from compat.audit.environments.environment import Environment

        return Environment(name)
    return sides.parse(name)


class Compare(NamedTuple):
    """Compares a file; small enough to be sent to workers with it.

    Attributes:
        terms: the conditions of the comparison.
        folder: where relative paths start, whatever the worker's own folder.
    """

    terms: Terms
    folder: str = ""

    def __call__(self, item: Item) -> Row:
        """Return the file's row.

        Raises:
            EngineError: a backend does not work on this machine.
        """
        try:
            from compat.audit import comparison  # needs numpy; the parent process does without
        except ImportError as why:
            raise EngineError(f"{why}. Run `python -m compat.doctor`.") from why
        with contextlib.ExitStack() as held:
            try:
                old, new = self.fetched(item, held)
            except fetching.FetchError as why:
                return self._failed(item, "error_both", str(why))
            if refusal := unreadable.of_file(old):
                return self._failed(item, "error_both", f"cannot read {old!r}: {refusal}")
            if item.other and not os.path.exists(new):
                return self._failed(item, "error_to", f"the new side has no file {item.other!r}")
            if item.other and (refusal := unreadable.of_file(new)):
                return self._failed(item, "error_to", f"cannot read {item.other!r}: {refusal}")
            before = sources.item_of(old), sources.item_of(new)
            try:
                row = comparison.compare(self._begun(item), (old, new), self.sides(), self.terms)
            except BackendUnavailable as why:
                raise EngineError(
                    f"a backend does not work here: {why.explain()}. Run `python -m compat.doctor`,"
                    " or name a backend that works, as in --to 2.2:soundfile"
                ) from why
            except EngineError:
                raise
            except Exception as why:  # noqa: BLE001 - one odd file must not end the run
                told = f"comparing {old!r} failed: {type(why).__name__}: {why}"
                return self._failed(item, "error_both", told)
            after = sources.item_of(old), sources.item_of(new)
            if CLASSES[row.kind].group != SAME and before != after:
                told = f"{old!r} was written to while it was read; compare it again later"
                return self._failed(item, "error_both", told)
            return row

    def sides(self) -> tuple[sides.OneSide, sides.OneSide]:
        """Return the old and the new side, in this process."""
        return _side(self.terms.old), _side(self.terms.new)

    def fetched(self, item: Item, held: contextlib.ExitStack) -> tuple[str, str]:
        """Return the paths that the old and the new side read, valid until ``held`` closes.

        Raises:
            FetchError: a URL cannot be read.
        """
        old = held.enter_context(fetching.local(item.path, self.folder))
        return old, held.enter_context(
            fetching.local(fetching.counterpart(item.other))
        ) if item.other else old

    def crashed(self, item: Item, why: str) -> Row:
        """Return the row of a file that killed its process."""
        return self._failed(item, "crashed", why)

    def _begun(self, item: Item) -> Row:
        """Return a file's row with what is known before it is read."""
        terms = self.terms
        return Row(
            item.path, from_side=terms.old, to_side=terms.new, other=item.other or None,
            tolerance=terms.tolerance, stamp=item.stamp, terms=terms.digest,
        )  # fmt: skip

    def _failed(self, item: Item, kind: str, why: str) -> Row:
        """Return the row of a file that was not decoded at all."""
        row = self._begun(item)
        row.kind = kind
        if kind != "error_to":
            row.from_error = why
        if kind != "crashed":
            row.to_error = why
        row.note = wording.note(row)
        return row
