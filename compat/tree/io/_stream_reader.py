"""``torchaudio.io._stream_reader``, in 2.0 and 2.1: the reader's module before torio."""

from compat.contents.submodule import Context, Lazy, imported
from compat.tree import io


def _infos(*names: str) -> dict[str, Lazy]:
    return {name: imported(f"dispatcher.streams.info:{name}") for name in names}


_SOURCE = _infos("SourceStream", "SourceAudioStream", "SourceVideoStream")
_OUTPUT = _infos("OutputStream", "OutputAudioStream", "OutputVideoStream")
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
