"""What tests of the codemod share."""

import pytest

from tests.codemod.commands import Codemod


@pytest.fixture
def codemod(capsys: pytest.CaptureFixture[str]) -> Codemod:
    """Run the command: gives its status and what it says."""
    return Codemod(capsys)
