"""The value that ``info`` returns."""


def _text(facts: object) -> str:
    """Return an object's text, as in the releases; they had no ``__repr__``."""
    fields = ", ".join(f"{name}={value}" for name, value in vars(facts).items())
    return f"AudioMetaData({fields})"


def _code(facts: object) -> str:
    fields = ", ".join(f"{name}={value!r}" for name, value in vars(facts).items())
    return f"{type(facts).__name__}({fields})"


class AudioMetaData:
    """A file's facts, known without decoding it.

    Mutable in every release, because old code assigns to the fields. It has no ``__eq__`` and does
    not unpack: the tuple ``(signal info, encoding info)`` belongs to releases up to 0.7.

    Args:
        sample_rate: in Hz.
        num_frames: length in frames (samples of one channel); 0 where the container does not tell.
        num_channels: number of channels.
        bits_per_sample: 0 for lossy codecs, where it has no meaning.
        encoding: ``PCM_S``, ``PCM_U``, ``PCM_F``, ``FLAC``, ``ULAW``, ``ALAW``, ``MP3``,
            ``VORBIS``, ``AMR_NB``, ``AMR_WB``, ``OPUS``, ``GSM``, the upper-cased name of FFmpeg's
            codec, or ``UNKNOWN``.
    """

    def __init__(
        self,
        sample_rate: int,
        num_frames: int,
        num_channels: int,
        bits_per_sample: int,
        encoding: str,
    ) -> None:
        self.sample_rate = sample_rate
        self.num_frames = num_frames
        self.num_channels = num_channels
        self.bits_per_sample = bits_per_sample
        self.encoding = encoding

    # functions of other names, since TorchScript compiles those of a class's own names
    __str__ = _text
    __repr__ = _code
