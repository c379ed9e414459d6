"""``torchaudio.io._stream_writer``, in 2.0 and 2.1: the writer's module before torio."""

from compat.contents.submodule import Context, Lazy
from compat.tree import io


def names(context: Context) -> dict[str, Lazy]:
    """Return the writer and, from 2.1 on, ``CodecConfig``."""
    names = ("StreamWriter", "CodecConfig") if context.release.effector else ("StreamWriter",)
    return io.late(context, *names)


SUBMODULE = io.part(names, present=lambda context: not context.release.torio)
