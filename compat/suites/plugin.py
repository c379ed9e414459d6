"""The hooks of the pytest plugin ``torchaudio_compat``.

Every pytest in an environment with this package loads this file, so it imports nothing until a
release is asked for.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import types

    from compat.suites.session import ReleaseSession

_KEY = pytest.StashKey["ReleaseSession"]()
_HELP = (
    "run the tests with the I/O of an old torchaudio: --torchaudio=2.0. With several releases "
    "(2.0,2.9 or all), run them under each, in a process of its own"
)
_RECORD = (
    "append to FILE, as JSON lines: each place of the project that called torchaudio, how often, "
    "with which backend and which kinds of arguments"
)
_MARKER = (
    "torchaudio(*releases, backends=None, **flags): run the test under these releases instead of "
    "those of --torchaudio, each in a process of its own; flags are those of compat.install"
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--torchaudio``, and ``torchaudio`` for the ini file."""
    group = parser.getgroup("torchaudio", "torchaudio's old I/O (torchaudio-compat)")
    group.addoption("--torchaudio", action="append", metavar="RELEASES", default=None, help=_HELP)
    group.addoption("--torchaudio-record", metavar="FILE", default=None, help=_RECORD)
    parser.addini(
        "torchaudio",
        "the releases to run the tests under if --torchaudio is not given",
        type="args",
        default=[],
    )


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Put the release in force before a conftest can import torchaudio."""
    _begin_if_asked(early_config)


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker; if a conftest loads this plugin, install the release only now."""
    config.addinivalue_line("markers", _MARKER)
    _begin_if_asked(config)
    session = config.stash.get(_KEY, None)
    if session is not None:
        config.pluginmanager.register(session, "torchaudio_compat_session")


# innermost, so that other plugins such as --lf see the ids with releases
@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Replace each test by an item for each release."""
    report = yield
    config = collector.config
    if report.passed and not _serves(config):
        session = config.stash.get(_KEY, None)
        if session is None and any(
            isinstance(node, pytest.Item) and node.get_closest_marker("torchaudio")
            for node in report.result
        ):
            session = _begin(config)
            config.pluginmanager.register(session, "torchaudio_compat_session")
        if session is not None:
            session.expand(report)
    return report


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the processes and restore the environment."""
    session = config.stash.get(_KEY, None)
    if session is not None:
        session.end()


def _serves(config: pytest.Config) -> bool:
    """Return whether this process serves another session, and so runs under a release already."""
    return hasattr(config.option, "torchaudio_world")


def _begin_if_asked(config: pytest.Config) -> None:
    given = config.known_args_namespace
    asked = any(
        getattr(given, name, None) is not None for name in ("torchaudio", "torchaudio_record")
    ) or config.getini("torchaudio")
    if asked and _KEY not in config.stash and not _serves(config):
        _begin(config)


def _begin(config: pytest.Config) -> ReleaseSession:
    from compat.suites.session import ReleaseSession

    session = config.stash[_KEY] = ReleaseSession(config)
    return session


def _scope(fixture_name: str, config: pytest.Config) -> Any:
    """Return the scope of the fixture: the session, if all tests run under a release."""
    session = config.stash.get(_KEY, None)
    return "session" if _serves(config) or (session is not None and session.worlds) else "function"


@pytest.fixture(scope=_scope)
def torchaudio() -> Iterator[types.ModuleType]:
    """Give the module torchaudio, as the release in force has it.

    That is the release of `--torchaudio` or of the test's marker. Without either, this test runs
    under the default of `compat.install()`.
    """
    import importlib
    import sys

    import compat

    if "compat.installation" in sys.modules and compat.installation.is_installed():
        yield importlib.import_module("torchaudio")
    else:
        with compat.pinned() as module:
            yield module
