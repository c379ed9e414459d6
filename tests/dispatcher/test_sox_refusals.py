"""What the sox backend refuses before, or as, libsox would."""

import pathlib
from collections.abc import Callable

import pytest
import torch

import compat
import dispatcher
from dispatcher.errors import BackendError
from tests.conftest import ASSETS

pytestmark = pytest.mark.libsox
STEREO = str(ASSETS / "stereo_s16.wav")


@pytest.mark.parametrize(
    ("call", "says"),
    [
        pytest.param(
            lambda path: dispatcher.save(path, torch.zeros(1, 8, device="meta"), 8000, backend="sox"), "is on meta", id="another device"
        ),
        pytest.param(lambda path: dispatcher.save(path, torch.zeros(8), 8000, backend="sox"), "1 dimensions, not 2", id="no channels"),
        pytest.param(lambda path: dispatcher.load(str(ASSETS), backend="sox"), "it is a folder", id="a folder"),
        pytest.param(lambda path: dispatcher.load(path, backend="sox"), "there is no such file", id="no file"),
        pytest.param(
            lambda path: compat.standin("2.0").sox_effects.apply_effects_file(STEREO, [["earwax"]]),
            "the effect 'earwax' does not work with 2 channels at 16000 Hz",
            id="an effect for another rate",
        ),
        pytest.param(
            lambda path: compat.standin("2.0").sox_effects.apply_effects_file(STEREO, [["rate", "no number"]]),
            "does not take the options",
            id="options that are none",
        ),
    ],
)
def test_what_is_refused(tmp_path: pathlib.Path, call: Callable[[str], object], says: str) -> None:
    with pytest.raises(BackendError, match=says):
        call(str(tmp_path / "x.wav"))
    assert not list(tmp_path.iterdir())


def test_a_number_beyond_all_floats_is_no_compression(tmp_path: pathlib.Path) -> None:
    with pytest.raises(ValueError, match="compression is too large"):
        dispatcher.save(str(tmp_path / "x.wav"), torch.zeros(1, 8), 8000, backend="sox", compression=10**400)
