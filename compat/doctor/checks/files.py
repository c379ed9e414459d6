"""Files: each file of torch, torchaudio, numpy, soundfile and av, compared with the wheel's RECORD.

Each file must exist and have the recorded size; ``--thorough`` also hashes the content, which reads
gigabytes. Compiled ``.pyc`` files are left out, since they come and go, and so are programs in
``bin``, which are not copied with an environment.
"""

import base64
import hashlib
import os
import pathlib
from collections.abc import Iterator

from compat.diagnosis import mends
from compat.doctor.check import Copy, Finding, Group, World, check, error, ok, skipped

_SHOWN = 8


@check(
    title="Files",
    group=Group.INSTALLED,
    last=True,
    why="After an interrupted download, a full disk or a change by hand, pip still believes that "
    "the package is complete.",
)
def files(world: World) -> Iterator[Finding]:
    if not world.installed():
        yield skipped("none of the packages is installed with metadata")
    count = 0
    for copy in world.installed():
        record = copy.record()
        if record is None:
            yield skipped(
                f"{copy.name} has no RECORD (by {copy.installer or 'an unknown installer'})",
                data={"package": copy.name},
            )
            continue
        record = [row for row in record if row[0].suffix != ".pyc" and ".." not in row[0].parts]
        missing, altered = _compare(record)
        if world.thorough:
            whole = [row for row in record if row[0] not in altered and row[0] not in missing]
            altered |= _hashed(world, copy, whole)
        count += len(record)
        of_all = f"of {len(record)} files of {copy.name}"
        altered_lines = [f"{path}: {how}" for path, how in altered.items()]
        for lines, cause, words in (
            ([*map(str, missing)], "files-missing", "missing"),
            (altered_lines, "files-altered", "altered or cut off"),
        ):
            if lines:
                text = f"{len(lines)} {of_all} {'is' if len(lines) == 1 else 'are'} {words}"
                yield _finding(copy, text, cause, lines)
    if count:
        how = "with their sizes and hashes" if world.thorough else "with their sizes"
        yield ok(f"{count} files compared {how}", data={"files": count, "thorough": world.thorough})


def _finding(copy: Copy, text: str, cause: str, lines: list[str]) -> Finding:
    more = [f"... and {len(lines) - _SHOWN} more"] if len(lines) > _SHOWN else []
    return error(
        text,
        mend=mends.reinstall(copy.name),
        subject=copy.name,
        cause=cause,
        evidence=(*lines[:_SHOWN], *more),
        data={"package": copy.name, "version": copy.version, "files": lines[:100]},
    )


def _compare(
    record: list[tuple[pathlib.Path, str, int | None]],
) -> tuple[list[pathlib.Path], dict[pathlib.Path, str]]:
    """Return the files that are missing, and those with another size, which is stated."""
    missing, altered = [], {}
    for path, _, size in record:
        try:
            there = os.stat(path).st_size
        except OSError:
            missing.append(path)
            continue
        if size is not None and there != size:
            altered[path] = f"{there:,} bytes instead of {size:,}"
    return missing, altered


def _hashed(
    world: World, copy: Copy, record: list[tuple[pathlib.Path, str, int | None]]
) -> dict[pathlib.Path, str]:
    """Return the files whose content is not what the wheel brought."""
    wanted = [
        (path, noted, size or 0)
        for path, noted, size in record
        if noted.partition("=")[0] in hashlib.algorithms_available
    ]
    total, done, altered = sum(size for _, _, size in wanted), 0, {}
    for path, noted, size in wanted:
        kind, _, digest = noted.partition("=")
        with path.open("rb") as stream:
            real = base64.urlsafe_b64encode(hashlib.file_digest(stream, kind).digest())
        if real.decode().rstrip("=") != digest.rstrip("="):
            altered[path] = "its content is not that of the wheel"
        done += size
        world.progress(f"hashing {copy.name}", done, total)
    return altered
