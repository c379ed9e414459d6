"""The table of names that went before 2.0, against the releases that still had them and those that first had not."""

import re

import pytest

from compat.names.removed import BEFORE_2_0, BESIDE_IO
from tests.compat.real import wheels

_LAST_WITH = {"0.8": "0.7.2", "0.9": "0.8.1", "0.10": "0.9.1", "0.11": "0.10.2", "2.0": "0.13.1"}
_FIRST_WITHOUT = {"0.8": "0.8.1", "0.9": "0.9.1", "0.10": "0.10.2", "0.11": "0.11.0", "2.0": "2.0.2"}
# the setter put it there, from the module of a backend, as it did with load, save and info
_SET = "load_wav"


def _binds(release: str, module: str, name: str) -> bool:
    """Whether a module of a release, a file or a package, binds a name; false where it has no such module."""
    root = wheels.unpacked(release, python="3.8") / "torchaudio"
    folder = root.joinpath(*filter(None, module.split(".")))
    bound = re.compile(rf"^((def|class) {name}\b|from \S+ import (\([^)]*|[^\n(]*)\b{name}\b)", re.MULTILINE)
    files = [file for file in (folder.with_suffix(".py"), folder / "__init__.py") if file.exists()]
    return (folder / f"{name}.py").exists() or any(bound.search(file.read_text("utf-8")) for file in files)


@pytest.mark.network
@pytest.mark.parametrize("path", [path for path in (*BEFORE_2_0, *BESIDE_IO) if path != _SET])
def test_a_name_went_in_the_release_that_is_named(path: str) -> None:
    module, _, name = path.rpartition(".")
    removed_in = {**BEFORE_2_0, **BESIDE_IO}[path].removed_in
    assert _binds(_LAST_WITH[removed_in], module, name)
    assert not _binds(_FIRST_WITHOUT[removed_in], module, name)
