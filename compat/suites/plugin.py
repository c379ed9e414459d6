"""The hooks of the pytest plugin ``torchaudio_compat``.

Every pytest in an environment with this package loads this file: it imports nothing until a release is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import types

    from compat.suites.session import ReleaseSession

_KEY = pytest.StashKey["ReleaseSession"]()
_HELP = (
    "run the tests with torchaudio's old I/O, as a release had it: --torchaudio=2.0; of several, 2.0,2.9 or all, each in a "
    "process of its own"
)
_RECORD = (
    "add to FILE, as JSON lines, which backend served each place of the project that the tests come to, how often, and with which "
    "kinds of arguments"
)
_MARKER = (
    "torchaudio(*releases, backends=None, **flags): run the test under these releases, whatever --torchaudio says, each in a "
    "process of its own; flags are those of compat.install"
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--torchaudio``, and ``torchaudio`` for the ini file."""
    group = parser.getgroup("torchaudio", "torchaudio's old I/O (torchaudio-compat)")
    group.addoption("--torchaudio", action="append", metavar="RELEASES", default=None, help=_HELP)
    group.addoption("--torchaudio-record", metavar="FILE", default=None, help=_RECORD)
    parser.addini("torchaudio", "the releases to run the tests under, where --torchaudio is not given", type="args", default=[])


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Put the release in force before a conftest can import torchaudio."""
    _begin(early_config)


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker; if a conftest loads this plugin, install the release only now."""
    config.addinivalue_line("markers", _MARKER)
    session = _begin(config)
    if session is not None and not config.pluginmanager.has_plugin("torchaudio_compat_session"):
        config.pluginmanager.register(session, "torchaudio_compat_session")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Give everything back as it was."""
    session = config.stash.get(_KEY, None)
    if session is not None:
        session.end()


def _begin(config: pytest.Config) -> ReleaseSession | None:
    """Return what the session runs under; ``None`` in a process that serves another session."""
    from compat.suites.worlds import SERVED

    if _KEY not in config.stash and not hasattr(config.option, SERVED):
        from compat.suites.session import ReleaseSession

        config.stash[_KEY] = ReleaseSession(config)
    return config.stash.get(_KEY, None)


def _scope(fixture_name: str, config: pytest.Config) -> Any:
    """Return the scope of the fixture: the session, if all tests run under a release."""
    session = config.stash.get(_KEY, None)
    return "function" if session is not None and not session.worlds else "session"


@pytest.fixture(scope=_scope)
def torchaudio() -> Iterator[types.ModuleType]:
    """Give the module torchaudio, as the release in force has it.

    That is the release of `--torchaudio` or of the test's marker. Without either, the default of `compat.install()` is put
    in force for this test.
    """
    import importlib
    import sys

    import compat

    if "compat.installation" in sys.modules and compat.installation.is_installed():
        yield importlib.import_module("torchaudio")
    else:
        with compat.pinned() as module:
            yield module
