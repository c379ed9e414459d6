"""Provide ``torchaudio.functional.apply_codec``, removed in 2.9: a codec's effect on a waveform."""

from __future__ import annotations

import os
import tempfile
from typing import Any

from compat.contents.context import Context
from dispatcher.codec_config import CodecConfig
from dispatcher.errors import ArgumentError, BackendUnavailable
from dispatcher.lazily import torch
from dispatcher.requests import Load, Save

# libsox's name -> FFmpeg's name, where they differ
_MUXERS = {"ulaw": "mulaw", "al": "alaw", "ul": "mulaw", "vorbis": "ogg"}
_ENCODINGS = {"ULAW": "pcm_mulaw", "ALAW": "pcm_alaw", "PCM_U": "pcm_u8", "PCM_F": "pcm_f32le"}
_SIGNED = {16: "pcm_s16le", 24: "pcm_s24le", 32: "pcm_s32le"}
_KILO = 1000


def function(context: Context) -> Any:
    """Make ``apply_codec`` for the backends of a tree."""

    def apply_codec(
        waveform: torch.Tensor,
        sample_rate: int,
        format: str,
        channels_first: bool = True,
        compression: float | None = None,
        encoding: str | None = None,
        bits_per_sample: int | None = None,
    ) -> torch.Tensor:
        """Encode a waveform and decode it again, to hear what a codec does to it.

        libsox does it, or FFmpeg if there is no libsox or it lacks the format.

        Args:
            waveform: ``[channel, time]``, or ``[time, channel]`` without ``channels_first``;
                float32.
            sample_rate: of the waveform and of the result, in Hz.
            format: ``"mp3"``, ``"vorbis"``, ``"wav"``, ``"flac"``, ``"gsm"``, ``"amr-nb"`` ...
            channels_first: the layout of ``waveform`` and of the result.
            compression: as libsox takes it: for mp3 kbit/s, or the negative of a quality; for other
                formats a level or quality.
            encoding: for wav and its kin: ``"PCM_S"``, ``"ULAW"`` ...
            bits_per_sample: for wav and its kin.

        Returns:
            float32 in the same layout; a codec may change the number of frames.

        Raises:
            RuntimeError: neither library has the format or accepts these arguments.

        As in torchaudio 0.8 to 2.8.
        """
        planar = waveform if channels_first else waveform.t()
        try:
            sox = context.registry.get("sox")
        except (BackendUnavailable, ArgumentError):
            sox = None
        if sox is None or sox.refuses_to_write(f"x.{format}", format):
            found = _by_ffmpeg(planar, sample_rate, format, compression, encoding, bits_per_sample)
            return found if channels_first else found.t()
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, f"coded.{format}")
            settings = context.release
            sox.save(
                Save(
                    path,
                    planar,
                    sample_rate,
                    True,
                    format,
                    encoding,
                    bits_per_sample,
                    4096,
                    compression,
                ),
                settings,
            )
            found, rate = sox.load(Load(path, 0, -1, True, True, format, 4096), settings)
        if rate != sample_rate:
            from compat.contents.resampling import resample  # imports torch

            found = resample(found, rate, sample_rate)
        return found if channels_first else found.t()

    return apply_codec


def _by_ffmpeg(
    waveform: torch.Tensor,
    sample_rate: int,
    format: str,
    compression: float | None,
    encoding: str | None,
    bits: int | None,
) -> torch.Tensor:
    from dispatcher.streams.effector import AudioEffector

    muxer = _MUXERS.get(format, format)
    encoder = (_ENCODINGS.get(encoding or "") or _SIGNED.get(bits or 0)) if muxer == "wav" else None
    config = _config(muxer, compression)
    codec = AudioEffector(format=muxer, encoder=encoder, codec_config=config, pad_end=False)
    return codec.apply(waveform.t().float(), sample_rate).t()


def _config(muxer: str, compression: float | None) -> CodecConfig | None:
    """Translate libsox's number into settings for FFmpeg's encoders.

    Raises:
        ArgumentError: (a ValueError) it is not a number.
    """
    if compression is None:
        return None
    if isinstance(compression, bool) or not isinstance(compression, (int, float)):
        raise ArgumentError(f"compression is a number here, not {type(compression).__name__}")
    if muxer == "mp3":
        return (
            CodecConfig(bit_rate=int(compression) * _KILO)
            if compression > 0
            else CodecConfig(qscale=int(-compression))
        )
    return (
        CodecConfig(compression_level=int(compression))
        if muxer == "flac"
        else CodecConfig(qscale=int(compression))
    )
