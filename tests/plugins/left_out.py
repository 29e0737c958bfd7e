"""Says after the run what was left out and why; with CI=true that is a failure."""

import os
from collections import Counter
from collections.abc import Sequence

import pytest

FAILED = pytest.ExitCode.TESTS_FAILED
MISSING = {"firestore": "no Firestore emulator", "browser": "no Chromium"}


def left_out(reports: Sequence[pytest.TestReport]) -> Counter[str]:
    """Return the reasons why tests were skipped, with how many each."""
    return Counter(_reason(report) for report in reports)


def _reason(report: pytest.TestReport) -> str:
    known = [text for marker, text in MISSING.items() if marker in report.keywords]
    skipped = report.longrepr
    said = skipped[2] if isinstance(skipped, tuple) else str(skipped)
    said = said.removeprefix("Skipped: ")
    return f"{known[0]} ({said})" if known else said


def _reports(config: pytest.Config) -> list[pytest.TestReport]:
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    return list(terminal.stats.get("skipped", ())) if terminal else []


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Turn a run that left something out into a failure where all must run."""
    everything_must_run = os.environ.get("CI") == "true"
    if everything_must_run and session.exitstatus == 0 and _reports(session.config):
        session.exitstatus = FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name what was left out, above the last line."""
    reasons = left_out(_reports(terminalreporter.config))
    if not reasons:
        return
    terminalreporter.section("Left out", sep="-")
    for reason, count in sorted(reasons.items()):
        tests = "1 test" if count == 1 else f"{count} tests"
        terminalreporter.line(f"{tests} left out: {reason}")
    if os.environ.get("CI") == "true":
        terminalreporter.line("With CI=true nothing may be left out: this run failed.")
