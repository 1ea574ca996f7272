"""A sandbox without limits, and one with them."""

from __future__ import annotations

import pytest

from tests.sandbox.caller import Caller, caller


@pytest.fixture
def mp() -> Caller:
    """An empty Mixpanel without limits."""
    return caller()


@pytest.fixture
def strict_mp() -> Caller:
    """An empty Mixpanel with its limits."""
    return caller(limits=True)


@pytest.fixture
def shop() -> Caller:
    """The shop, without limits."""
    return caller("shop")
