"""``torchaudio.backend.common``: the class of what ``info`` returns, everywhere the same object."""

from compat.contents.submodule import Submodule
from dispatcher.metadata import AudioMetaData

SUBMODULE = Submodule(
    lambda context: {"AudioMetaData": AudioMetaData},
    goes_in_2_9=True,
    warns=True,
    warns_of_missing=False,
)
