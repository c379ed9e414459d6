"""Descriptions of filters are read as FFmpeg reads them, and linked between one source and one sink."""

import pytest
import torch

from dispatcher.errors import BackendError
from dispatcher.streams import graphs
from dispatcher.streams.reader import StreamReader
from tests.conftest import ASSETS
from tests.tables import table

WAV = str(ASSETS / "stereo_s16.wav")


@table(
    "text, wanted",
    {
        "one filter": ("anull", [[("anull", "")]]),
        "arguments": ("volume=0.5:eval=frame", [[("volume", "0.5:eval=frame")]]),
        "a chain": ("volume=2,highpass=f=200", [[("volume", "2"), ("highpass", "f=200")]]),
        "spaces": (" volume = 0.5 , anull ", [[("volume", "0.5"), ("anull", "")]]),
        "a name of the instance": ("volume@mine=0.5", [[("volume", "0.5")]]),
        "quotes": ("volume='if(lt(t,1),1,0)':eval=frame", [[("volume", "if(lt(t,1),1,0):eval=frame")]]),
        "a backslash": (r"aeval=val(0)*gt(1\,0)", [[("aeval", "val(0)*gt(1,0)")]]),
        "options of the scaler": ("sws_flags=bilinear;scale=4:4", [[("scale", "4:4")]]),
    },
)
def test_a_description_is_read(text: str, wanted: list[list[tuple[str, str]]]) -> None:
    assert [[(node.name, node.arguments) for node in chain] for chain in graphs.parse(text)] == wanted


@pytest.mark.parametrize("text", ["", "volume=1,", "[a", "[]anull", ",anull", "volume=1]"])
def test_what_is_no_description_is_refused(text: str) -> None:
    with pytest.raises(BackendError, match="filter"):
        graphs.parse(text)


def _filtered(description: str) -> torch.Tensor:
    reader = StreamReader(WAV)
    reader.add_audio_stream(-1, filter_desc=description)
    reader.process_all_packets()
    (chunk,) = reader.pop_chunks()
    assert chunk is not None
    return torch.Tensor(chunk)


@pytest.mark.parametrize(
    "description",
    [
        "[in]volume=0.5[out]",
        "asplit[a][b];[a]volume=0.25[c];[b]volume=0.25[d];[c][d]amix=inputs=2:normalize=0,aformat=sample_fmts=fltp",
        "[a]volume=0.5;anull[a]",
        "asplit [a] , volume = 0.25 [x]; [a] volume=0.25 [y]; [x][y] amix=inputs=2:normalize=0",
        r"aeval='val(0)*0.5|val(1)*if(gt(1,0),0.5,2)':c=same,aformat=sample_fmts=fltp",
    ],
)
def test_pads_are_linked_by_their_names(description: str) -> None:
    """Each of these halves the sound."""
    assert torch.allclose(_filtered(description), _filtered("aformat=sample_fmts=fltp") / 2, atol=1e-6)


@pytest.mark.parametrize("description", ["sine", "asplit", "anull[a];anull[b]", "amix", "nosuch", "volume=nosuch=3", "hflip", "anullsink"])
def test_what_is_not_one_way_through_is_refused(description: str) -> None:
    """Before anything is read."""
    reader = StreamReader(WAV)
    with pytest.raises(RuntimeError, match="does not take the filter"):
        reader.add_audio_stream(100, filter_desc=description)


def test_a_filter_that_has_enough_ends_the_stream() -> None:
    assert len(_filtered("atrim=start_sample=100:end_sample=600,aformat=sample_fmts=fltp")) == 500
