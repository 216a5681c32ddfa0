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
