"""Keys without the cost of a password."""

import pytest


@pytest.fixture(autouse=True)
def quick(request, monkeypatch):
    """Hashing a password at every key would only measure the machine; one test does."""
    if "slow_password" not in request.fixturenames:
        monkeypatch.setattr("grantflow.decisions.service.signing.accounts.verify_password", lambda *_: None)


@pytest.fixture
def slow_password():
    """The password is really looked at."""
