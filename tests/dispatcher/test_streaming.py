"""Blocks of a whole file: the same samples, metadata and errors as ``load`` and ``info``."""

import contextlib
from collections.abc import Callable

import numpy as np
import pytest

from dispatcher import notices, torchcodec
from dispatcher.errors import BackendError
from dispatcher.registry import Registry
from dispatcher.requests import Blocks, Load
from dispatcher.settings import Settings
from tests.conftest import ASSETS, BACKENDS

NAMES = sorted(path.name for path in ASSETS.iterdir() if path.is_file())
SETTINGS = Settings()


@pytest.mark.parametrize("normalize", [True, False], ids=["normalized", "native"])
@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", NAMES)
def test_blocks_are_what_load_gives(name: str, backend: str, normalize: bool) -> None:
    reader, path = Registry().get(backend), str(ASSETS / name)
    wanted = outcome(lambda: reader.load(Load(path, 0, -1, normalize, True, None, 4096), SETTINGS))

    def streamed() -> tuple[np.ndarray, int]:
        with reader.stream(Blocks(path, normalize, None, 4096, 1000), SETTINGS) as stream:
            blocks = [block.copy() for block in stream.blocks]
            assert all(block.shape[1] == 1000 for block in blocks[:-1])
            assert stream.metadata.num_channels == blocks[0].shape[0] if blocks else True
            return np.concatenate(blocks, axis=1) if blocks else np.empty((stream.metadata.num_channels, 0)), stream.metadata.sample_rate

    got = outcome(streamed)
    if isinstance(wanted, str) or isinstance(got, str):
        assert got == wanted
        return
    (waveform, rate), (blocks, streamed_rate) = wanted, got
    assert rate == streamed_rate
    assert np.array_equal(np.asarray(waveform), blocks, equal_nan=blocks.dtype.kind == "f")
    assert not blocks.size or str(waveform.dtype) == f"torch.{blocks.dtype}"


def outcome(call: Callable[[], object]) -> object:
    """What a call gives, or the text of its error."""
    try:
        return call()
    except (RuntimeError, TypeError, ValueError) as why:
        return f"{type(why).__name__}: {why}"


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", ["stereo_s16.wav", "stereo_24.flac", "stereo_cbr.mp3", "stereo.m4a", "stereo.vorbis.ogg"])
def test_metadata_is_what_info_gives(name: str, backend: str) -> None:
    reader, path = Registry().get(backend), str(ASSETS / name)
    with contextlib.suppress(BackendError):
        wanted = vars(reader.info(path, None, 4096, SETTINGS))
        with reader.stream(Blocks(path, True, None, 4096, 1000), SETTINGS) as stream:
            found = vars(stream.metadata)
            if found["num_frames"] == -1:
                found["num_frames"] = sum(block.shape[1] for block in stream.blocks)
        assert found == wanted


@pytest.mark.parametrize("name", ["stereo_cbr.mp3", "stereo.wma", "mono_adpcm.wav", "stereo_f64.wav"])
def test_2_9_has_its_own(name: str) -> None:
    load, _ = torchcodec.functions(Registry(), SETTINGS)
    with torchcodec.stream(Blocks(str(ASSETS / name), True, None, 4096, 1000), SETTINGS) as stream:
        blocks = np.concatenate([block.copy() for block in stream.blocks], axis=1)
    assert np.array_equal(load(str(ASSETS / name))[0].numpy(), blocks)


def test_a_failure_of_the_caller_is_not_the_files() -> None:
    reader = Registry().get("soundfile")
    with pytest.raises(TypeError, match=r"^mine$"), reader.stream(Blocks(str(ASSETS / "mono_s16.wav"), True, None, 4096, 10), SETTINGS):
        raise TypeError("mine")


def test_notices_can_be_collected() -> None:
    with notices.collected() as found:
        notices.warn("one")
        with notices.collected() as inner:
            notices.warn("two", notices.DamagedInputWarning)
    assert (found, inner) == (["one"], ["two"])
