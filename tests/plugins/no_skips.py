"""With `-p tests.plugins.no_skips`, a test that is left out fails.

On a developer's machine a skip for a missing tool is a courtesy; in CI it would be a hole that nobody sees. One reason is
good there, too: material that lies beside the project, and is no part of it, is not there.
"""

from collections.abc import Generator

import pytest

_GOOD_REASON = "beside the "


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Return the report of a test's phase, failed if it was left out."""
    report = yield
    _fail_if_left_out(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Return the report of a file's collection, failed if the whole file was left out."""
    report = yield
    _fail_if_left_out(report)
    return report


def _fail_if_left_out(report: pytest.TestReport | pytest.CollectReport) -> None:
    if report.outcome != "skipped" or hasattr(report, "wasxfail") or not isinstance(report.longrepr, tuple):
        return
    reason = report.longrepr[2]
    if _GOOD_REASON not in reason:
        report.outcome = "failed"
        report.longrepr = f"left out, which CI does not allow: {reason}"
