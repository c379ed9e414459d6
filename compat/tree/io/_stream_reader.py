"""``torchaudio.io._stream_reader``, in 2.0 and 2.1: the reader's module before torio."""

from compat.contents.context import Context
from compat.contents.submodule import Lazy, imported
from compat.tree import io

_INFO = "dispatcher.streams.info"
_SOURCE = {
    name: imported(f"{_INFO}:{name}")
    for name in ("SourceStream", "SourceAudioStream", "SourceVideoStream")
}
_OUTPUT = {
    name: imported(f"{_INFO}:{name}")
    for name in ("OutputStream", "OutputAudioStream", "OutputVideoStream")
}
_OUTPUT_2_0 = {"OutputStream": imported("compat.contents.streaming:OutputStream20")}


def properties(context: Context) -> dict[str, Lazy]:
    """Return the classes of streams' properties, and the class of chunks."""
    output = _OUTPUT_2_0 if context.release.stream_positional else _OUTPUT
    chunks = imported("dispatcher.streams.chunks:ChunkTensor")
    return {**_SOURCE, **output, "ChunkTensor": chunks}


def names(context: Context) -> dict[str, Lazy]:
    """Return the reader, and what belongs to it."""
    return {**io.late(context, "StreamReader"), **properties(context)}


SUBMODULE = io.part(names, present=lambda context: not context.release.torio)
