"""What tests of the codemod share."""

import pytest

# so that a failing row prints what is different
pytest.register_assert_rewrite("tests.codemod.commands")

from tests.codemod.commands import Codemod  # noqa: E402


@pytest.fixture
def codemod(capsys: pytest.CaptureFixture[str]) -> Codemod:
    """Run the command: gives its status and what it says."""
    return Codemod(capsys)
