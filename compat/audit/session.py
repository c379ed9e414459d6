"""Run an audit: find the files, skip those done, compare the rest, and store each row at once."""

import os
import pickle
import tempfile
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import IO

from compat.audit import sampling
from compat.audit.classes import CLASSES, ERRORS
from compat.audit.engines import Engine, EngineError
from compat.audit.inputs.sources import Sources
from compat.audit.items import Item, key
from compat.audit.options import Terms
from compat.audit.rows import Row
from compat.audit.storage.jsonl import JsonLines
from compat.audit.tally import Tally, latest
from compat.audit.task import Compare
from compat.commands.arguments import UsageError

_IN_MEMORY = 16 << 20


class Plan:
    """The files of a run.

    Those to compare are kept in a temporary file, since the text of ten million paths would fill
    the memory.

    Attributes:
        wanted: the keys of all files of the run.
        found: how many files there are, sample or not.
        todo: how many are to be compared.
    """

    def __init__(self) -> None:
        self.wanted: set[int] = set()
        self.found: int = 0
        self.todo: int = 0
        self._spool: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - as long as the plan

    def add(self, item: Item) -> None:
        """Add a file to compare."""
        pickle.dump(tuple(item), self._spool, protocol=pickle.HIGHEST_PROTOCOL)
        self.todo += 1

    def items(self) -> Iterator[Item]:
        """Yield the files to compare, in the order in which they were found."""
        self._spool.seek(0)
        for _ in range(self.todo):
            yield Item(*pickle.load(self._spool))

    @property
    def done_before(self) -> int:
        """Return how many files earlier runs have done."""
        return len(self.wanted) - self.todo


def plan(
    sources: Sources,
    terms: Terms,
    store: JsonLines,
    *,
    sample: int = 0,
    seed: int = 0,
    retry: bool = False,
    tick: Callable[[int], None] = lambda found: None,
) -> Plan:
    """Find the files and leave out those that have a row.

    Args:
        sources: where the files are.
        terms: how they are compared.
        store: the rows of earlier runs.
        sample: how many files to take, 0 for all.
        seed: another one gives another sample.
        retry: compare files again that could not be read the last time.
        tick: is called with the number of files found so far.

    Raises:
        UsageError: there are no files, or the stored rows have other terms.
    """
    done = _done(terms, store, retry=retry)
    made = Plan()
    items: Iterable[Item] = _once(sources.items(), tick)
    if sample:
        items, made.found = sampling.drawn(items, sample, seed)
    for item in items:
        made.found += not sample
        made.wanted.add(item.key)
        if item.key not in done:
            made.add(item)
    if not made.found:
        raise UsageError(
            f"no audio files found in {', '.join((*sources.manifests, *sources.data))}; skipped: "
            f"{sources.passed_over} with other extensions (--extensions chooses), {sources.links} "
            "folders behind links (name them to include them)"
        )
    return made


def _done(terms: Terms, store: JsonLines, *, retry: bool) -> set[int]:
    """Return the keys of the files that have a row."""
    done = set()
    for row in store.rows():
        if row.terms != terms.digest:
            raise UsageError(
                f"the results file has rows of {row.from_side} against {row.to_side}, "
                f"compared with other options than this run of {terms.old} against {terms.new} "
                "(or another --against, --tolerance, --max-shift, --native); "
                "name another file with --results, or add --fresh to delete them"
            )
        number = key(row.path, row.stamp)
        if retry and CLASSES[row.kind].group == ERRORS:
            done.discard(number)
        else:
            done.add(number)
    return done


def _once(items: Iterable[Item], tick: Callable[[int], None]) -> Iterator[Item]:
    """Yield each file once, however often it is named."""
    seen: set[int] = set()
    for item in items:
        number = key(item.path, "")
        if number not in seen:
            seen.add(number)
            tick(len(seen))
            yield item


def run(terms: Terms, made: Plan, store: JsonLines, engine: Engine) -> Generator[Row, None, None]:
    """Compare the planned files; each row is stored before it is yielded.

    Raises:
        EngineError: the work could not go on, or not every file came back.
    """
    left = made.todo
    for row in engine.run(Compare(terms, os.getcwd()), made.items()):
        left -= 1
        store.append(row)
        yield row
    if left:
        raise EngineError(
            f"{left} files did not come back from their workers; a bug of torchaudio-compat. "
            "Run the command again"
        )


def summary(store: JsonLines, wanted: set[int] | None) -> Tally:
    """Return the counts of all rows that count, of this run and earlier ones."""
    tally = Tally()
    for row in latest(store.rows(), wanted):
        tally.add(row)
    return tally
