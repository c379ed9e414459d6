"""Run a pytest session under releases: choose tests, run each in its process, compare."""

import contextlib
import sys
from typing import Any

import pytest

from compat.suites import differences, worlds
from compat.suites.items import ReleaseItem, with_label
from compat.suites.messages import Stopped
from compat.suites.process import Process
from compat.suites.trace import Trace
from compat.suites.worlds import World

# options that need the terminal, and their names in pytest; a plugin that is off has none
_ALONE = {
    "--pdb": "usepdb",
    "--trace": "trace",
    "--setup-only": "setuponly",
    "--setup-plan": "setupplan",
}
_PLACE = "torchaudio_test"  # an attribute of reports: a test's plain id and its release


class ReleaseSession:
    """Run the tests of a session under releases; a pytest plugin.

    Args:
        config: the configuration of the session.
    """

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.worlds: tuple[World, ...] = worlds.of_session(config)
        self.told: list[str] = []
        self.outcomes: differences.Outcomes = differences.Outcomes()
        self._path = list(sys.path)
        self._stack = contextlib.ExitStack()
        self._processes: dict[World, Process] = {}
        # why the process of a release did not start; trying again would take seconds for each test
        self._unstarted: dict[World, str] = {}
        self._seen: set[str] = set()
        self._only: dict[World, list[str]] = {}
        self._not_run: set[str] = set()
        self._at_boundary = False
        self._trace = Trace(config, self._stack)
        if self.worlds:
            self.told = self._stack.enter_context(self.worlds[0].in_force())
        given = config.known_args_namespace
        asked = [option for option, name in _ALONE.items() if getattr(given, name, False)]
        if len(self.worlds) > 1 and asked:
            self.end()
            raise pytest.UsageError(
                f"{asked[0]} needs one release: {worlds.OPTION}={self.worlds[0].label}"
            )

    def end(self) -> None:
        """End the processes and restore the environment."""
        while self._processes:
            self._processes.popitem()[1].close()
        self._stack.close()

    def pytest_report_header(self) -> list[str]:
        """Say which releases the tests run under."""
        if not self.worlds:
            return []
        names = ", ".join(one.label for one in self.worlds)
        how = (
            f"; each in a process of its own, collected under {self.worlds[0].label}"
            if len(self.worlds) > 1
            else ""
        )
        return [
            f"torchaudio: {names} (torchaudio-compat){how}",
            *(f"torchaudio-compat: {text}" for text in self.told),
        ]

    # Collecting

    def expand(self, report: pytest.CollectReport) -> None:
        """Replace each test of a report by an item for each release.

        Raises:
            pytest.UsageError: a marker names an unknown release, flag or backend.
        """
        try:
            report.result = [
                one for node in report.result or [] for one in self._under_releases(node)
            ]
        except pytest.UsageError as why:
            if not self._is_worker:
                raise
            report.outcome, report.longrepr, report.result = "failed", str(why), []  # for xdist

    def _under_releases(self, node: Any) -> list[Any]:
        if not isinstance(node, pytest.Item) or isinstance(node, ReleaseItem):
            return [node]
        marked = worlds.of_test(node, self.worlds)
        wanted = marked if marked is not None else self.worlds if len(self.worlds) > 1 else ()
        self._seen.add(node.nodeid)
        return [ReleaseItem.of(node, world) for world in wanted] or [node]

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Sort the tests by release, so that each process starts once; plain tests come first."""
        order = {one: number for number, one in enumerate(self.worlds)}
        for item in items:
            if isinstance(item, ReleaseItem):
                order.setdefault(item.world, len(order))
        items.sort(key=lambda item: order[item.world] if isinstance(item, ReleaseItem) else -1)

    # Running

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> object:
        """Run a test in the process of its release."""
        if isinstance(item, ReleaseItem):
            self._run(item, nextitem)
            return True
        if isinstance(nextitem, ReleaseItem) and not self._at_boundary:
            # the next test runs in another process, so this one tears down all fixtures here
            self._at_boundary = True
            try:
                return item.ihook.pytest_runtest_protocol(item=item, nextitem=None)
            finally:
                self._at_boundary = False
        return None

    def _run(self, item: ReleaseItem, nextitem: pytest.Item | None) -> None:
        following = (
            nextitem.original.nodeid
            if isinstance(nextitem, ReleaseItem) and nextitem.world == item.world
            else None
        )
        own = {"nodeid": item.nodeid, "location": item.location}
        self._run_there(item, item.original.nodeid, own, following)
        if following is None and not self._is_worker:
            self._run_those_of_this_release_alone(item)
            if item.world in self._processes:
                self._processes.pop(item.world).close()

    def _run_those_of_this_release_alone(self, item: ReleaseItem) -> None:
        """Run the tests that only the release of ``item`` has, after its last test."""
        names = self._only.pop(item.world, [])
        item.session.testscollected += len(names)
        for test in names:
            path, *names_within = test.split("::")
            location = (path, None, ".".join(names_within))
            own = {"nodeid": with_label(test, item.world.label), "location": location}
            self._run_there(item, test, own, None)

    def _run_there(
        self,
        item: ReleaseItem,
        test: str,
        own: dict[str, Any],
        following: str | None,
    ) -> None:
        """Run a test in the process of its release, and report it.

        Args:
            item: the test, or another one of its release.
            test: its id there.
            own: its id and its location here.
            following: the id there of the next test of the release.
        """
        item.ihook.pytest_runtest_logstart(**own)
        try:
            process = self._process(item)
            if test in process.ready.tests:
                for report in process.run(test, following, own):
                    self._log(item, report, test)
            else:
                self._log(item, _not_collected(item, own, process.problem(test)), test)
        except Stopped as why:
            self._processes.pop(item.world, None)
            told = f"{why}, while it ran {own['nodeid']}"
            self._log(item, _report(item, own, "failed", told, "call"), test)
        item.ihook.pytest_runtest_logfinish(**own)

    def _note_those_of_this_release_alone(self, process: Process) -> None:
        option = self.config.option
        selected = any("::" in argument for argument in self.config.args) or any(
            getattr(option, name, None)
            for name in ("keyword", "markexpr", "lf", "deselect", "stepwise")
        )
        if process.world in self.worlds and not selected:
            only = [test for test in process.ready.unmarked if test not in self._seen]
            if self._is_worker:
                told = self.config.workeroutput.setdefault("torchaudio_not_run", [])  # type: ignore[attr-defined]
                told += [with_label(test, process.world.label) for test in only]
            else:
                self._only.setdefault(process.world, only)

    @property
    def _is_worker(self) -> bool:
        return hasattr(self.config, "workerinput")

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Collect the tests that a worker of xdist did not run."""
        self._not_run.update(getattr(node, "workeroutput", {}).get("torchaudio_not_run", ()))

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Fail if tests were not run; write the trace."""
        self._trace.write()
        if self._not_run and exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def _process(self, item: ReleaseItem) -> Process:
        if item.world in self._unstarted:
            raise Stopped(self._unstarted[item.world])
        if item.world not in self._processes:
            own = [
                one
                for one in item.session.items
                if isinstance(one, ReleaseItem) and one.world == item.world
            ]
            files = list(dict.fromkeys(str(one.original.path) for one in own))
            try:
                process = self._processes[item.world] = Process(
                    self.config, item.world, self._path, files
                )
            except Stopped as why:
                self._unstarted[item.world] = str(why)
                raise
            self._note_those_of_this_release_alone(process)
        return self._processes[item.world]

    def _log(self, item: ReleaseItem, report: pytest.TestReport, test: str) -> None:
        setattr(report, _PLACE, (test, item.world.label))
        item.ihook.pytest_runtest_logreport(report=report)

    # Reporting

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the outcome of a test under a release, also from the workers of xdist."""
        place = getattr(report, _PLACE, None)
        if place is not None:
            test, label = place
            self.outcomes.add(test, label, report)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say which tests differ between releases."""
        self.outcomes.write(terminalreporter)
        if self._trace.told:
            terminalreporter.write_line(f"torchaudio: {self._trace.told}")
        if self._not_run:
            title = (
                f"torchaudio: these tests do not exist under {self.worlds[0].label}, so xdist "
                "did not run them"
            )
            terminalreporter.write_sep("=", title, red=True)
            for test in sorted(self._not_run):
                terminalreporter.write_line(test)
            terminalreporter.write_line("Run them without -n, or under their release alone.")


def _not_collected(
    item: ReleaseItem, own: dict[str, Any], problem: pytest.CollectReport | None
) -> pytest.TestReport:
    """Return the report of a test that was not collected under its release."""
    if problem is not None:
        return _report(item, own, problem.outcome, problem.longrepr, "setup")
    path, line, _ = own["location"]
    why = (path, (line or 0) + 1, f"Skipped: it is not defined under {item.world.label}")
    return _report(item, own, "skipped", why, "setup")


def _report(
    item: ReleaseItem, own: dict[str, Any], outcome: Any, why: Any, when: Any
) -> pytest.TestReport:
    return pytest.TestReport(
        **own, keywords=dict.fromkeys(item.keywords, 1), outcome=outcome, longrepr=why, when=when
    )
