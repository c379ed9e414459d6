"""Tables of cases: a test runs once for each row, under the name of the row."""

from collections.abc import Mapping
from typing import Any

import pytest


def table(names: str, rows: Mapping[str, Any]) -> pytest.MarkDecorator:
    """Give a test the values of a row as the arguments of these names, of each row in turn."""
    return pytest.mark.parametrize(names, list(rows.values()), ids=list(rows))
