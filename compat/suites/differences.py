"""Collect the outcome of each test under each release, and report those that differ."""

from collections.abc import Iterator

import pytest

# from the worst to the best: of a test's phases the worst counts
_WORST = ("error", "failed", "xpassed", "passed", "xfailed", "skipped", "")


def _outcome(report: pytest.TestReport) -> str:
    if report.when == "call" or report.skipped:
        expected = hasattr(report, "wasxfail")
        return (
            {"skipped": "xfailed", "passed": "xpassed"}.get(report.outcome, report.outcome)
            if expected
            else report.outcome
        )
    return "error" if report.failed else ""


class Outcomes:
    """The outcomes of tests, by their plain id and by release."""

    def __init__(self) -> None:
        self._found: dict[str, dict[str, str]] = {}

    def add(self, test: str, label: str, report: pytest.TestReport) -> None:
        """Add the report of one phase of a test."""
        of_test = self._found.setdefault(test, {})
        of_test[label] = min(of_test.get(label, ""), _outcome(report), key=_WORST.index)

    def differing(self) -> Iterator[tuple[str, dict[str, list[str]]]]:
        """Yield the tests whose outcomes differ, with their releases by outcome."""
        for test, by_label in self._found.items():
            if len(set(by_label.values())) > 1:
                by_outcome: dict[str, list[str]] = {}
                for label, outcome in by_label.items():
                    by_outcome.setdefault(outcome, []).append(label)
                yield test, by_outcome

    def write(self, terminal: pytest.TerminalReporter) -> None:
        """Write the section of differing tests, if tests ran under several releases."""
        compared = [test for test, by_label in self._found.items() if len(by_label) > 1]
        if not compared:
            return
        labels = ", ".join(dict.fromkeys(label for test in compared for label in self._found[test]))
        differing = list(self.differing())
        if not differing:
            terminal.write_sep(
                "=",
                f"torchaudio: {_tests(len(compared))} came out the same under {labels}",
                green=True,
            )
            return
        differ = "differs" if len(differing) == 1 else "differ"
        terminal.write_sep(
            "=",
            f"torchaudio: {len(differing)} of {_tests(len(compared))} {differ} between {labels}",
            yellow=True,
        )
        for test, by_outcome in differing:
            said = "; ".join(
                f"{outcome} under {', '.join(under)}" for outcome, under in by_outcome.items()
            )
            terminal.write_line(f"{test}: {said}")


def _tests(number: int) -> str:
    return "1 test" if number == 1 else f"{number} tests"
