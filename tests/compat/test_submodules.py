"""How a submodule is declared."""

import pkgutil

import pytest

from compat import tree
from compat.contents.submodule import Submodule
from compat.dropin import definitions


def test_a_misspelt_field_fails() -> None:
    """Where it was a loose constant, nobody noticed."""
    with pytest.raises(TypeError, match="stand_in"):
        Submodule(lambda context: {}, stand_in=True)  # type: ignore[call-arg]


def test_each_file_of_the_tree_declares_one() -> None:
    found = {module.name for module in pkgutil.walk_packages(tree.__path__, f"{tree.__name__}.")}
    assert {f"{tree.__name__}.{path}" for path in definitions.below()} == found
    assert all(type(one.submodule) is Submodule for one in (definitions.top(), *definitions.below().values()))
