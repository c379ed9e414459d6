"""``torchaudio.io``, until 2.8: streams of audio and video, over PyAV."""

import functools
from typing import Any

from compat.contents import parts
from compat.contents.submodule import Context, Lazy, Submodule
from dispatcher.streams.playback import play_audio

_FROM_2_1 = ("AudioEffector", "CodecConfig")
# a module that a real torchaudio keeps if its FFmpeg extension works
part: functools.partial[Submodule] = functools.partial(
    Submodule, goes_in_2_9=True, stands_in=True, works=parts.ffmpeg_works
)


def names(context: Context) -> dict[str, Any]:
    """Return the reader, the writer, the effector, and what belongs to them."""
    own = _FROM_2_1 if context.release.effector else ()
    return {**late(context, "StreamReader", "StreamWriter", *own), "play_audio": play_audio}


def late(context: Context, *names: str) -> dict[str, Lazy]:
    """Return classes that are made on their first use; to import them takes as long as the rest."""
    return {name: Lazy(functools.partial(_made, context, name)) for name in names}


def _made(context: Context, name: str) -> Any:
    from compat.contents import streaming

    return streaming.of(context)[name]


SUBMODULE = part(names)
