"""What tests of the audit share."""

import pytest

from tests.audit.runs import PAIR, Audit, encoded
from tests.codemod.commands import put


@pytest.fixture
def audit(capsys: pytest.CaptureFixture[str]) -> Audit:
    """Run the command with two sides: gives its status and what it says."""
    return Audit(capsys, *PAIR)


@pytest.fixture
def data() -> None:
    """Two files that decode the same."""
    put({"data/a.wav": encoded(), "data/b.flac": encoded(kind="FLAC")})
