"""Write the calls of all processes of a session to a trace, for ``--torchaudio-record``."""

import contextlib
import os
import tempfile

import pytest

from compat.observation import recording, trace


class Trace:
    """The trace of a session, if one is asked for and no parent process records the calls already.

    Args:
        config: the configuration of the session.
        stack: undoes the recording when it is closed.
    """

    told: str = ""

    def __init__(self, config: pytest.Config, stack: contextlib.ExitStack) -> None:
        path = getattr(config.known_args_namespace, "torchaudio_record", None)
        self._path = os.path.abspath(path) if path and not recording.is_on() else ""
        self._root = str(config.rootpath)
        if self._path:
            self._spool = stack.enter_context(
                tempfile.TemporaryDirectory(prefix="torchaudio-compat-", ignore_cleanup_errors=True)
            )
            environment = stack.enter_context(pytest.MonkeyPatch.context())
            environment.setenv(recording.VARIABLE, self._spool)

    def write(self) -> None:
        """Add the calls so far to the file."""
        if self._path:
            self.told = trace.record(self._path, recording.read(self._spool), self._root)
            self._path = ""
