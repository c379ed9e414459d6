"""``torchaudio.io._playback``: until 2.8."""

from compat.tree import io
from dispatcher.streams.playback import play_audio

SUBMODULE = io.part(lambda context: {"play_audio": play_audio})
