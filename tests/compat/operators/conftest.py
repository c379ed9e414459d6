"""The operators of a release, for the tests of one module."""

from collections.abc import Iterator

import pytest
import torch

from compat import operators


@pytest.fixture(params=["2.8.0"])
def release(request: pytest.FixtureRequest) -> Iterator[str]:
    """Register the operators of a release, 2.8.0 unless a test is parametrised, and take them away again."""
    operators.register(request.param)
    torch.manual_seed(0)
    yield request.param
    operators.unregister()
