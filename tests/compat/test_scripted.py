"""TorchScript compiles the stand-in's resampling, saves it and loads it."""

import inspect
import io
import itertools
import math
import pickle
import types
from typing import Any

import pytest
import torch
from torch import Tensor

import compat
from dispatcher.metadata import AudioMetaData

RATES = [(16000, 8000), (8000, 16000), (16000, 11025), (44100, 16000), (3, 7), (16000, 16000)]
OPTIONS: list[dict[str, Any]] = [
    {},
    {"resampling_method": "sinc_interp_kaiser"},
    {"resampling_method": "sinc_interp_kaiser", "beta": 8.6, "lowpass_filter_width": 64, "rolloff": 0.9475},
    {"resampling_method": "kaiser_window"},
]


@pytest.fixture
def torchaudio() -> types.ModuleType:
    return compat.standin("2.2")


def saved_and_loaded(scripted: Any) -> Any:
    """Take the way of a model that is deployed."""
    buffer = io.BytesIO()
    torch.jit.save(scripted, buffer)
    buffer.seek(0)
    return torch.jit.load(buffer)


@pytest.mark.parametrize(("orig", "new"), RATES[::2])
@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_model_with_the_transform(torchaudio: types.ModuleType, orig: int, new: int, options: dict[str, Any], dtype: torch.dtype) -> None:
    waveform = torch.rand(2, 3, 997, dtype=dtype)
    chosen = {"dtype": dtype} if dtype == torch.float64 else {}
    model = torch.nn.Sequential(torchaudio.transforms.Resample(orig, new, **options, **chosen))
    found = saved_and_loaded(torch.jit.script(model))(waveform)
    assert torch.equal(found, model(waveform))
    assert found.shape == (2, 3, -(-997 * new // orig))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_function(torchaudio: types.ModuleType, dtype: torch.dtype) -> None:
    resample = torchaudio.functional.resample
    scripted = torch.jit.script(resample)
    assert resample(torch.zeros(0, 100, dtype=dtype), 16000, 8000).shape == (0, 50)
    waveform = torch.rand(2, 997, dtype=dtype)
    for (orig, new), options in itertools.product(RATES, OPTIONS):
        plain = resample(waveform, orig, new, **options)
        # the edge of the Kaiser window is a square root of what rounding leaves of 0
        assert (scripted(waveform, orig, new, **options) - plain).abs().max() < torch.finfo(dtype).eps ** 0.5


@pytest.mark.parametrize(
    ("rates", "options"), [((0, 8000), {}), ((1, 2), {"resampling_method": "x"}), ((1, 2), {"lowpass_filter_width": 0})]
)
def test_errors_are_those_of_the_plain_function(torchaudio: types.ModuleType, rates: tuple[int, int], options: dict[str, Any]) -> None:
    resample = torchaudio.functional.resample
    with pytest.raises(ValueError, match=r"must be positive|is none of") as plain:
        resample(torch.zeros(9), *rates, **options)
    with pytest.raises(Exception, match=r"must be positive|is none of") as scripted:
        torch.jit.script(resample)(torch.zeros(9), *rates, **options)
    assert str(plain.value) in str(scripted.value)


def test_it_is_traced_and_compiled_whole(torchaudio: types.ModuleType) -> None:
    transform = torchaudio.transforms.Resample(16000, 8000)
    waveform = torch.rand(2, 997)
    assert torch.equal(torch.jit.trace(transform, waveform)(waveform), transform(waveform))
    assert torch.equal(torch.compile(transform, backend="aot_eager", fullgraph=True)(waveform), transform(waveform))


def test_checkpoints_keep_their_one_name(torchaudio: types.ModuleType) -> None:
    assert list(torchaudio.transforms.Resample(16000, 8000).state_dict()) == ["kernel"]
    assert list(torchaudio.transforms.Resample(8000, 8000).state_dict()) == []


def test_pickle_finds_the_class_where_it_stands_in() -> None:
    torchaudio = compat.install("2.2")
    transform = torchaudio.transforms.Resample(16000, 8000)
    again = pickle.loads(pickle.dumps(transform))
    assert type(again) is type(transform)
    assert f"{type(again).__module__}.{type(again).__qualname__}" == "torchaudio.transforms._transforms.Resample"


@pytest.mark.parametrize(("orig", "new"), RATES)
def test_a_transform_that_a_real_torchaudio_pickled_works(torchaudio: types.ModuleType, orig: int, new: int) -> None:
    """It has the attributes of the releases, and none of ours."""
    transform = torchaudio.transforms.Resample(orig, new)
    assert transform.gcd == math.gcd(orig, new)
    state = {name: value for name, value in vars(transform).items() if name not in ("_orig", "_new", "_same")}
    found = type(transform).__new__(type(transform))
    found.__setstate__(state)
    waveform = torch.rand(2, 99)
    assert found(waveform).equal(transform(waveform))
    assert torch.jit.script(found)(waveform).equal(transform(waveform))


def _reads(torchaudio: Any) -> list[Any]:
    """Functions and a module that call what is no arithmetic."""

    def loads(path: str) -> Tensor:
        return torchaudio.load(path)[0]

    def tells(path: str) -> int:
        return torchaudio.info(path).sample_rate

    def saves(path: str, waveform: Tensor) -> None:
        torchaudio.save(path, waveform, 8000)

    def effects(waveform: Tensor) -> Tensor:
        return torchaudio.sox_effects.apply_effects_tensor(waveform, 8000, [["rate", "4000"]])[0]

    class Loads(torch.nn.Module):
        def forward(self, path: str) -> Tensor:
            return loads(path)

    return [loads, tells, saves, effects, Loads(), torchaudio.load, torchaudio.list_audio_backends, torchaudio.utils.sox_utils.list_effects]


@pytest.mark.parametrize("release", ["2.0", "2.1", "2.2", "2.8"])
def test_what_cannot_be_compiled_says_so(release: str) -> None:
    """Whatever reads, writes or asks a library, directly or by way of another function, before and after a setter."""
    standin: Any = compat.standin(release)
    for called in _reads(standin):
        with pytest.raises(RuntimeError, match=r"torchaudio\.\S+ is Python that .* Call it outside"):
            torch.jit.script(called)
    if release == "2.0":
        standin.set_audio_backend("soundfile")
        with pytest.raises(RuntimeError, match=r"Call it outside"):
            torch.jit.script(_reads(standin)[0])


@pytest.mark.parametrize(
    ("release", "name"),
    [
        *itertools.product(["2.0", "2.1", "2.2", "2.8"], ["StreamReader", "StreamWriter"]),
        *itertools.product(["2.1", "2.2", "2.8"], ["AudioEffector"]),
    ],
)
def test_a_class_of_streams_says_that_it_cannot_be_scripted(release: str, name: str) -> None:
    kind: Any = getattr(compat.standin(release).io, name)

    def opened() -> int:
        return kind("x")  # type: ignore[no-any-return]

    with pytest.raises(RuntimeError, match=f"torchaudio.io.{name} is Python .* Call it outside"):
        torch.jit.script(opened)
    assert inspect.getmembers(kind)
    assert inspect.getdoc(kind)


def frames(facts: AudioMetaData) -> int:
    return facts.num_frames


def test_the_facts_of_a_file_can_be_passed_to_scripted_code() -> None:
    facts = AudioMetaData(8000, 5, 1, 16, "PCM_S")
    assert torch.jit.script(frames)(facts) == 5
    assert str(facts) == "AudioMetaData(sample_rate=8000, num_frames=5, num_channels=1, bits_per_sample=16, encoding=PCM_S)"
    assert repr(facts) == str(facts).replace("PCM_S", "'PCM_S'")
