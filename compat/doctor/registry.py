"""Find the checks by scanning ``compat.doctor.checks``, and run them.

A module there, ``some_name.py``, declares one function with ``@check``. The check is called
``some-name``, and ``--explain some-name`` prints the module's docstring. Nothing else lists it.
"""

import concurrent.futures
import functools
import importlib
import pkgutil
from collections.abc import Iterator, Sequence

from compat.diagnosis.findings import Result
from compat.doctor.check import Check
from compat.doctor.world import World


@functools.cache
def checks() -> tuple[Check, ...]:
    """Return all checks, in their order."""
    package = importlib.import_module("compat.doctor.checks")
    modules = (
        importlib.import_module(f"{package.__name__}.{module.name}")
        for module in pkgutil.iter_modules(package.__path__)
    )
    found = (one for module in modules for one in vars(module).values() if isinstance(one, Check))
    return tuple(sorted(found, key=lambda check: (check.group, check.last, check.name)))


def chosen(only: Sequence[str] = (), skip: Sequence[str] = ()) -> tuple[Check, ...]:
    """Return the checks to run.

    Raises:
        ValueError: a name is not that of a check.
    """
    names = [check.name for check in checks()]
    for name in (*only, *skip):
        if name not in names:
            raise ValueError(f"there is no check {name!r}; the checks are {', '.join(names)}")
    return tuple(
        check for check in checks() if (not only or check.name in only) and check.name not in skip
    )


def run(wanted: Sequence[Check], world: World) -> Iterator[Result]:
    """Run checks in parallel and yield their results in the order of the checks.

    Most of them wait for child processes; ``Children`` limits how many run at once.
    """
    with concurrent.futures.ThreadPoolExecutor(max_workers=max(1, len(wanted))) as pool:
        pending = [pool.submit(check.run, world) for check in wanted]
        try:
            for future in pending:
                yield future.result()
        finally:
            world.children.stop()
