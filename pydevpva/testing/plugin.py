"""The pytest plugin, loaded by its entry point; it alone imports pytest, and nothing else until a test asks."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pydevpva.testing.under_test import IocUnderTest


class LeftThreads(pytest.PytestWarning):
    """Threads that outlive the test; that they are daemons keeps them from holding up the end of Python."""


@pytest.fixture
def ioc(request: pytest.FixtureRequest) -> Iterator[IocUnderTest]:
    """A new pydevpva IOC in this process, without a network; its clock stands still until it is moved."""
    from pydevpva.testing.under_test import IocUnderTest

    under_test = IocUnderTest(request.path.parent)
    complaints: list[str] = []
    try:
        yield under_test
    finally:
        complaints = under_test.stop()
    if left := under_test.left_threads(daemons=True):
        warnings.warn(f"daemon threads that the test has left running: {', '.join(left)}", LeftThreads, stacklevel=1)
    if complaints:
        pytest.fail("\n".join(complaints), pytrace=False)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> None:
    """A test of an IOC fails at its own lines and those of its device; pytest --full-trace shows all others."""
    failed = call.excinfo
    if failed is None or not _has_ioc(item) or item.config.getoption("fulltrace"):
        return
    from pydevpva.testing.tracebacks import without_inside

    call.excinfo = pytest.ExceptionInfo.from_exception(without_inside(failed.value))


def _has_ioc(item: pytest.Item) -> bool:
    given = getattr(item, "funcargs", {}).get("ioc")
    return type(given).__module__ == "pydevpva.testing.under_test"
