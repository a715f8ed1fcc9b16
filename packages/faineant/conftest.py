"""The examples in the docstrings sign with a key of their own, not with the user's."""

import pytest


@pytest.fixture(autouse=True)
def key(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Name a key in a temporary folder."""
    monkeypatch.setenv("FAINEANT_KEY", str(tmp_path_factory.getbasetemp() / "faineant-key"))
