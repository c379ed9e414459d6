"""Provide StreamReader, StreamWriter, AudioEffector, CodecConfig and play_audio under any release.

Their signatures are those of the release in ``TORCHAUDIO_COMPAT_VERSION``, or of 2.2. They do not
warn of their removal, since they stay here.
"""

from typing import TYPE_CHECKING

from compat import releases
from compat.contents import streaming

if TYPE_CHECKING:
    from dispatcher.codec_config import CodecConfig as CodecConfig
    from dispatcher.streams.effector import AudioEffector as AudioEffector
    from dispatcher.streams.playback import play_audio as play_audio
    from dispatcher.streams.reader import StreamReader as StreamReader
    from dispatcher.streams.writer import StreamWriter as StreamWriter
else:
    globals().update(streaming.classes(releases.named(), warn=False, module=__name__))

__all__ = ["AudioEffector", "CodecConfig", "StreamReader", "StreamWriter", "play_audio"]
