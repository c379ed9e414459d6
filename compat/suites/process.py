"""Start the process of a release, have it run tests, and report how it died."""

import contextlib
import copy
import pathlib
import pickle
import subprocess
import sys
import warnings
from collections.abc import Iterator
from typing import Any, cast

import pytest

from compat.suites import messages
from compat.suites.messages import Done, Order, Ready, Report, Run, Stopped, Warned
from compat.suites.worlds import SERVED, World

# the session selects, stops and reports; a process only runs single tests
_OF_THE_SESSION: dict[str, Any] = {
    "torchaudio": None, "keyword": "", "markexpr": "", "lf": False, "failedfirst": False,
    "newfirst": False, "cacheshow": None, "cacheclear": False, "stepwise": False,
    "stepwise_skip": False, "stepwise_reset": False, "deselect": None, "maxfail": 0,
    "usepdb": False, "trace": False, "collectonly": False, "setuponly": False, "setupshow": False,
    "setupplan": False, "xmlpath": None, "log_file": None, "pastebin": None, "debug": None,
    "numprocesses": None, "maxprocesses": None, "dist": "no", "distload": False,
    "looponfail": False, "tx": [], "continue_on_collection_errors": True,
    "cov_append": True, "cov_fail_under": None, "cov_report": {},
}  # fmt: skip
_START = (
    "import os, pickle, sys; heard = os.fdopen(os.dup(0), 'rb'); sys.path[:] = pickle.load(heard); "
    "from compat.suites import child; child.main(heard)"
)


class Process:
    """A process that runs tests under one release.

    Args:
        config: the configuration of the session.
        world: the release.
        path: ``sys.path`` as it was before any conftest.
        files: the files that hold the tests.
    """

    world: World

    def __init__(
        self, config: pytest.Config, world: World, path: list[str], files: list[str]
    ) -> None:
        self._config, self.world = config, world
        self._names: dict[str, str] = {}
        home = str(pathlib.Path(__file__).resolve().parents[2])
        command = [sys.executable, *subprocess._args_from_interpreter_flags(), "-P", "-c", _START]  # type: ignore[attr-defined]
        self._child = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=config.invocation_params.dir,
            bufsize=0,
        )
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        self._told = cast("Any", self._child.stdin)
        self._heard = open(self._child.stdout.fileno(), "rb", closefd=False)  # noqa: SIM115
        try:
            messages.send(self._told, [*path, home] if home not in path else path)
            messages.send(
                self._told,
                Order(world, files, self._options(), getattr(config, "workerinput", None)),
            )
        except OSError:  # it has ended already; its error is on stderr
            raise self._death() from None
        *_, ready = self._until(Ready)
        self.ready: Ready = ready

    def _options(self) -> dict[str, Any]:
        config = self._config
        options = {
            name: value
            for name, value in vars(config.option).items()
            if messages.pickles(value) and name != "file_or_dir"
        }
        options |= {name: value for name, value in _OF_THE_SESSION.items() if name in options}
        options |= {
            SERVED: self.world,
            "plugins": [*config.option.plugins, "no:terminal"],
            "rootdir": str(config.rootpath),
            "inifilename": str(config.inipath) if config.inipath is not None else None,
        }
        factory = getattr(config, "_tmp_path_factory", None)
        if factory is not None:
            options["basetemp"] = str(factory.mktemp(f"torchaudio-{self.world.release.name}-"))
        return options

    def _until(self, last: type[Any] | tuple[()]) -> Iterator[Any]:
        """Yield the messages up to one of a kind, or all; pass warnings to pytest.

        Raises:
            Stopped: the process ended, or cannot go on.
        """
        message: Any = None
        while not isinstance(message, last):
            try:
                message = messages.receive(self._heard)
            except (EOFError, pickle.UnpicklingError):
                raise self._death() from None
            except BaseException:  # Ctrl-C or a time limit: what comes later is of this test
                self.kill()
                raise
            if isinstance(message, Stopped):
                self.kill()
                raise message
            if isinstance(message, Warned):
                self._warn(message)
            else:
                yield message

    def _death(self) -> Stopped:
        status = self._child.wait()
        self.kill()
        how = f"by signal {-status}" if status < 0 else f"with status {status}"
        return Stopped(f"the process of torchaudio {self.world.label} ended {how}")

    def _warn(self, warned: Warned) -> None:
        category = getattr(sys.modules.get(warned.module), warned.category, None)
        if not (isinstance(category, type) and issubclass(category, Warning)):
            category = type(warned.category, (Warning,), {"__module__": warned.module})
        recorded = {
            **warned.recorded,
            "warning_message": warnings.WarningMessage(category=category, **warned.message),
            "nodeid": self._names.get(warned.recorded["nodeid"], warned.recorded["nodeid"]),
        }
        self._config.hook.pytest_warning_recorded.call_historic(kwargs=recorded)

    def run(
        self, test: str, following: str | None, own: dict[str, Any]
    ) -> Iterator[pytest.TestReport]:
        """Run a test and yield its reports; ``own`` holds its id and location in the session.

        Raises:
            Stopped: the process ended before the test did.
            pytest.exit.Exception: the test ended the session.
        """
        self._names = {test: own["nodeid"]}
        try:
            messages.send(self._told, Run(test, following))
        except OSError:
            raise self._death() from None
        for message in self._until(Done):
            if isinstance(message, Report):
                yield self._config.hook.pytest_report_from_serializable(
                    config=self._config, data=message.data | own
                )
            elif isinstance(message, Done) and message.leaving is not None:
                raise pytest.exit.Exception(message.leaving, message.status)

    def problem(self, test: str) -> pytest.CollectReport | None:
        """Return why a test could not be collected; ``None`` if it is not defined here.

        Only the first test of a file gets the traceback, the others its errors.
        """
        for data in self.ready.problems:
            where = data["nodeid"]
            if not where or test == where or test.startswith((f"{where}::", f"{where}/")):
                # a copy, since pytest puts objects into what it reads
                found = self._config.hook.pytest_report_from_serializable(
                    config=self._config, data=copy.deepcopy(data)
                )
                told = data["longrepr"]
                if isinstance(told, str):
                    errors = [line for line in told.splitlines() if line.startswith("E ")]
                    data["longrepr"] = "\n".join(errors) or told
                return found  # type: ignore[no-any-return]
        return None

    def close(self) -> None:
        """Let the process tear down its fixtures and end."""
        if self._child.poll() is None:
            self._told.close()
            with contextlib.suppress(Stopped, OSError):
                for _ in self._until(()):
                    pass
        self.kill()

    def kill(self) -> None:
        """Kill the process."""
        if self._child.poll() is None:
            self._child.kill()
            self._child.wait()
        for pipe in (self._told, self._heard, self._child.stdout):
            pipe.close()  # type: ignore[union-attr]
