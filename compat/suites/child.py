"""Be the process of one release: install it, collect, run the tests that the session names.

``compat.suites.process`` starts it. The messages use its standard input and output; the tests get
others.
"""

import os
from typing import Any, BinaryIO

import pytest

from compat.suites import messages
from compat.suites.messages import Done, Order, Ready, Report, Run, Stopped, Warned
from compat.suites.worlds import MARKER


def main(heard: BinaryIO) -> None:
    """Serve the session until it closes the pipe ``heard``, which was standard input."""
    told = os.fdopen(os.dup(1), "wb")
    # the tests get an empty standard input, and their output goes to standard error
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.dup2(2, 1)
    order: Order = messages.receive(heard)
    with order.world.in_force():
        try:
            _serve(order, heard, told)
        except pytest.UsageError as why:
            messages.send(told, Stopped(str(why)))


def _serve(order: Order, heard: BinaryIO, told: BinaryIO) -> None:
    config = pytest.Config.fromdictargs(order.options, order.arguments)
    try:
        if order.worker is not None:
            vars(config).update(workerinput=order.worker, workeroutput={})
        for name in ("lfplugin", "nfplugin", "stepwiseplugin"):
            config.pluginmanager.set_blocked(name)  # the session keeps the last failures
        config.pluginmanager.register(Server(config, heard, told), "torchaudio_compat_server")
        config.hook.pytest_cmdline_main(config=config)
    finally:
        config._ensure_unconfigure()


class Server:
    """A plugin that runs the tests that are asked for, and sends what pytest reports."""

    def __init__(self, config: Any, heard: BinaryIO, told: BinaryIO) -> None:
        self._config, self._heard, self._told = config, heard, told
        self._problems: list[dict[str, Any]] = []

    def _serialized(self, report: Any) -> Any:
        return self._config.hook.pytest_report_to_serializable(config=self._config, report=report)

    def pytest_collectreport(self, report: Any) -> None:
        """Keep the reports of failed collection."""
        if not report.passed:
            report.result = None
            self._problems.append(self._serialized(report))

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Send a report; replace properties that cannot be pickled by their text."""
        data = self._serialized(report)
        if not messages.pickles(data):
            data["user_properties"] = [
                (str(name), repr(value)) for name, value in data.get("user_properties", ())
            ]
        plain = {name: value for name, value in data.items() if messages.pickles(value)}
        messages.send(self._told, Report(plain))

    def pytest_warning_recorded(
        self, warning_message: Any, when: str, nodeid: str, location: Any
    ) -> None:
        """Send a warning."""
        category = warning_message.category
        message = {
            "message": str(warning_message.message),
            "filename": warning_message.filename,
            "lineno": warning_message.lineno,
        }
        recorded = {"when": when, "nodeid": nodeid, "location": location}
        messages.send(self._told, Warned(category.__module__, category.__name__, message, recorded))

    def pytest_internalerror(self, excrepr: Any) -> None:
        """Send an internal error of pytest."""
        messages.send(self._told, Stopped(str(excrepr)))

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: Any) -> bool:
        """Run the tests that the session asks for, until it closes the pipe."""
        tests = {item.nodeid: item for item in session.items}
        unmarked = [name for name, item in tests.items() if item.get_closest_marker(MARKER) is None]
        messages.send(self._told, Ready(list(tests), unmarked, self._problems))
        while True:
            try:
                request: Run = messages.receive(self._heard)
            except EOFError:
                return True
            done = Done()
            item, following = tests[request.test], tests.get(request.following or "")
            try:
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            except pytest.exit.Exception as why:
                done = Done(str(why), why.returncode)
            messages.send(self._told, done)
