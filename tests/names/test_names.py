"""No name of a release is missing under the drop-in but those that are left out with a reason."""

import fnmatch
import pathlib
import tomllib

import pytest

from compat.names import wheel_names
from tests.compat.real import wheels
from tests.conftest import Python

HERE = pathlib.Path(__file__).resolve().parent
# the torchaudio that is installed, and the pin
PAIRS = [("2.0.2", "2.0"), ("2.2.2", "2.2"), ("2.8.0", "2.8"), ("2.11.0", "2.0"), ("2.11.0", "2.2")]


@pytest.mark.network
@pytest.mark.libsox
def test_nothing_else_is_missing(forked: Python) -> None:
    """Over wheels as pip brings them, whose compiled part does not load here."""
    left_out = tomllib.loads((HERE / "left_out.toml").read_text())["left_out"]
    patterns = [pattern for row in left_out for pattern in row["names"]]
    needed = set()
    for wheel, release in PAIRS:
        done = forked("-m", "tests.names.compare", release, PYTHONPATH=str(wheels.unpacked(wheel, compiled=True)))
        missing = [line.split()[1] for line in done.stdout.splitlines()]
        assert missing, done.stderr[-2000:]
        assert not [name for name in missing if not any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)], (wheel, release)
        needed |= {pattern for pattern in patterns if fnmatch.filter(missing, pattern)}
    assert set(patterns) == needed


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("load", "2.0.2", "2.11.0"),
        ("info", "2.0.2", "2.8.0"),
        ("AudioMetaData", "2.1.2", "2.8.0"),
        ("backend.list_audio_backends", "2.0.2", "2.1.2"),
        ("functional.forced_align", "2.1.2", "2.11.0"),
        ("functional.compute_kaldi_pitch", "2.0.2", "2.0.2"),
        ("models.decoder.ctc_decoder", "2.0.2", "2.11.0"),
        ("prototype.functional.simulate_rir_ism", "2.2.2", "2.8.0"),
        ("io.AudioEffector", "2.1.2", "2.8.0"),
        ("compliance.kaldi.fbank", "2.0.2", "2.11.0"),
    ],
)
def test_the_table_says_which_releases_have_a_name(name: str, first: str, last: str) -> None:
    """As looked up in the wheels by hand."""
    found = wheel_names.releases_of(name)
    assert (found[0], found[-1]) == (first, last)
    assert wheel_names.has(name, last)
    assert not wheel_names.has(f"{name}_not", last)


@pytest.mark.network
def test_the_table_is_what_the_wheels_say(tmp_path: pathlib.Path) -> None:
    """Collected again from one wheel, and from nothing else."""
    from tests.names import collect

    (wheel,) = wheels.downloaded("2.8.0", tmp_path).glob("*.whl")
    assert collect.names_of(wheel) == {name for name in wheel_names.table().spans if wheel_names.has(name, "2.8")}
