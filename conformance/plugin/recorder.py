"""A pytest plugin that writes the run file and, at the end, says what was found.

A test hands over a verdict as the user property "conformance_verdict"; pytest-xdist carries those
to the controller, which is where the recorder is registered, and only there.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from conformance.results.verdict import (
    NEW,
    VERDICT_PROPERTY,
    Footer,
    Header,
    Verdict,
    cases_by_path,
    totals,
)
from reports.run_files.run_file import Writer
from reports.terminal import tables, upgrade_text

"""The user property that holds a verdict as plain data."""

_ENDED = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)


class Recorder:
    """Writes each verdict as it comes; makes the file with the first, so never an empty one."""

    def __init__(self, path: Path, header: Header) -> None:
        self._path = path
        self._header = header
        self._writer: Writer | None = None
        self._verdicts: list[Verdict] = []
        self._seen: set[str] = set()
        self._lost: list[str] = []
        self._other_failures = 0
        self._interrupted: str | None = None
        self._footer: Footer | None = None
        self._began = time.monotonic()

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Remember what could not be collected: its verdicts are missing."""
        if report.failed:
            self._lost.append(report.nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Write the verdicts that a test has handed over, whatever became of the test."""
        deviates = False
        for verdict in _verdicts_of(report):
            self._take(verdict)
            deviates = deviates or verdict.verdict == NEW
        if report.failed and not deviates:
            self._other_failures += 1
        # So pytest-xdist reports a test whose worker died under it.
        if report.when not in ("setup", "call", "teardown"):
            self._lost.append(report.nodeid)

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Remember why the run stopped: pytest brings Ctrl-C, `pytest.exit` and -x -n here."""
        if excinfo.type is KeyboardInterrupt:
            self._interrupted = "interrupted by hand"
        else:
            self._interrupted = f"pytest was stopped: {_in_words(excinfo.value)}"

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Write the footer."""
        if self._writer is None:
            return
        reason = self._cut_short(session, exitstatus)
        by_path = cases_by_path(self._verdicts)
        self._footer = Footer(
            complete=reason is None,
            totals=totals(self._verdicts),
            cases=sum(by_path.values()),
            cases_by_path=by_path,
            seconds=round(time.monotonic() - self._began, 3),
            reason=reason,
            other_failures=self._other_failures,
        )
        self._writer.footer(self._footer)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say what was found; nothing where nothing was judged."""
        if not self._verdicts:
            return
        width = terminalreporter.config.get_terminal_writer().fullwidth
        new = tables.of_kind(self._verdicts, NEW)
        terminalreporter.section("conformance")
        terminalreporter.write_line(tables.verdict_table(self._verdicts, self._header, width))
        for text in tables.missing_paths(self._header, width):
            terminalreporter.write_line(text)
        terminalreporter.write_line("")
        if self._header.old:
            for text in upgrade_text.difference_lines(self._verdicts, width):
                terminalreporter.write_line(text)
        else:
            for verdict in new:
                terminalreporter.write_line(tables.verdict_line(verdict, width), red=True)
        terminalreporter.write_line(f"Run file: {_relative_path(self._path)}")
        well = not new and self._footer is not None and self._footer.complete
        well = well and not self._other_failures
        found = upgrade_text.closing(self._verdicts, self._header) if self._header.old else None
        for text in tables.closing(self._verdicts, self._footer, width, found):
            terminalreporter.write_line(text, bold=True, green=well, red=not well)

    def _take(self, verdict: Verdict) -> None:
        # Subtests report what their test had already handed over, once more.
        same = repr(verdict)
        if same in self._seen:
            return
        self._seen.add(same)
        self._open_writer().verdict(verdict)
        self._verdicts.append(verdict)

    def _open_writer(self) -> Writer:
        if self._writer is None:
            try:
                self._writer = Writer(self._path)
            except OSError as error:
                why = error.strerror or error
                pytest.exit(f"cannot write the run file {self._path}: {why}", returncode=4)
            self._writer.header(self._header)
        return self._writer

    def _cut_short(self, session: pytest.Session, exitstatus: int) -> str | None:
        """Why not everything that was asked for was judged; None where it was."""
        if self._interrupted:
            return self._interrupted
        stopped = session.shouldfail or session.shouldstop
        if stopped:
            return f"pytest was stopped: {_in_words(stopped)}"
        if exitstatus == pytest.ExitCode.INTERNAL_ERROR:
            return "pytest, or a plugin of it, had an internal error"
        if exitstatus not in _ENDED:
            return f"pytest was stopped with exit code {int(exitstatus)}"
        if self._lost:
            more = f" and {len(self._lost) - 1} more" if len(self._lost) > 1 else ""
            return f"no verdict came from {self._lost[0]}{more}"
        return None


def _verdicts_of(report: pytest.TestReport) -> Iterator[Verdict]:
    # The report of the teardown carries the same properties once more.
    if report.when != "call":
        return
    for name, plain in report.user_properties:
        if name == VERDICT_PROPERTY:
            yield Verdict.from_plain(_plain(plain))


def _plain(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError(
            f"{VERDICT_PROPERTY} is a {type(value).__name__}, but should be a plain dict"
        )
    return value


def _in_words(stopped: object) -> str:
    return tables.clean(stopped) or "no reason is given"


def _relative_path(path: Path) -> Path:
    """The path as one would type it here."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
