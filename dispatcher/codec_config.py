"""The settings of an encoder: the value of ``save(compression=)`` for the ffmpeg backend."""

import dataclasses


@dataclasses.dataclass
class CodecConfig:
    """Settings of an encoder, by FFmpeg's names.

    From 2.1 on the ffmpeg backend takes no other ``compression``.

    Args:
        bit_rate: bits per second; -1 leaves it to the encoder.
        compression_level: effort, on the codec's own scale (flac 0 to 12); -1 leaves it to the
            encoder.
        qscale: quality of variable bit rate on the codec's own scale (mp3: 0 best to 9); ``None``
            for constant bit rate.
        gop_size: for video; kept so that old calls still construct.
        max_b_frames: for video; kept so that old calls still construct.
    """

    bit_rate: int = -1
    compression_level: int = -1
    qscale: int | None = None
    gop_size: int = -1
    max_b_frames: int = -1
