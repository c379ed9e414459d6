"""The codemod's tables of parameters, against the functions of the drop-in."""

from __future__ import annotations

import inspect

import pytest

import compat
from compat.codemod.source import old_names


@pytest.mark.parametrize("name", old_names.FUNCTIONS)
def test_the_parameters_are_those_of_the_functions(name: str) -> None:
    """Of a global backend, and of a call that names its backend."""
    of_a_backend = inspect.signature(getattr(compat.standin("2.0").backend.soundfile_backend, name))
    assert tuple(of_a_backend.parameters) == old_names.LEGACY_PARAMETERS[name]
    per_call = inspect.signature(getattr(compat.standin("2.1"), name))
    assert list(per_call.parameters).index("backend") == old_names.PER_CALL_POSITION[name]
