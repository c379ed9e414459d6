"""The table of backends, against those of the dispatcher and of the global backend."""

import pytest

import compat
from compat.names import backends
from dispatcher import Settings, registry
from legacy import state


def test_the_table_has_the_backends_that_calls_may_use() -> None:
    """In the same order; a backend that is not in it is one that only calls by name use."""
    assert Settings().choice_order == backends.PER_CALL
    assert set(backends.PER_CALL) <= set(registry.known())


def test_the_global_names_are_those_of_the_setter() -> None:
    """And each means the same library there."""
    assert backends.GLOBAL == state._LIBRARY


@pytest.mark.parametrize("name", backends.PER_CALL)
def test_the_class_has_the_name_that_releases_gave_it(name: str) -> None:
    """In the module of the backend."""
    module = compat.standin("2.2")._backend
    assert backends.BACKENDS[name].class_name in module.utils.__dict__


def test_a_backend_that_is_not_in_the_table_is_its_own_part() -> None:
    """So the doctor never tells anybody to install a package with the name of a backend."""
    assert backends.part("wave") == "wave"
    assert not backends.is_installed_apart("wave")
