"""``play_audio``: play a waveform on the loudspeaker."""

from __future__ import annotations

from dispatcher.errors import ArgumentError, BackendError
from dispatcher.lazily import av, torch

# FFmpeg's output devices, and each one's name for the system's default loudspeaker
_DEVICES = {
    "audiotoolbox": "-",
    "pulse": "default",
    "alsa": "default",
    "oss": "/dev/dsp",
    "sndio": "default",
}
_CHUNK = 4096


def play_audio(
    waveform: torch.Tensor, sample_rate: float | None, device: str | None = None
) -> None:
    """Play a waveform, and return when all of it is on its way to the loudspeaker.

    Args:
        waveform: ``[time, channel]``; uint8, int16, int32, int64, float32 or float64.
        sample_rate: in Hz.
        device: FFmpeg's name of an output device (``"audiotoolbox"``, ``"alsa"``); ``None`` for the
            first one here.

    Raises:
        ValueError: it is not ``[time, channel]``, no device is here, or it does not open. The
            releases played on macOS only.
    """
    from dispatcher.backends.ffmpeg.encode import SAMPLE_FORMATS
    from dispatcher.streams.writer import StreamWriter

    dtype = str(waveform.dtype).removeprefix("torch.")
    if waveform.ndim != 2 or dtype not in SAMPLE_FORMATS:
        raise ArgumentError(
            f"play_audio takes [time, channel] of {', '.join(SAMPLE_FORMATS)}, not "
            f"{list(waveform.shape)} of {dtype}"
        )
    here = output_devices()
    if device is None and not here:
        raise ArgumentError(
            "PyAV's FFmpeg has no output device here; save the waveform and play the file, or use "
            "the package sounddevice"
        )
    name = device if device is not None else here[0]
    if name not in here:
        raise ArgumentError(f"device={device!r} is not here; there is {', '.join(here) or 'none'}")
    try:
        writer = StreamWriter(_DEVICES[name], format=name)
        writer.add_audio_stream(round(sample_rate or 0), waveform.shape[1], SAMPLE_FORMATS[dtype])
        with writer.open() as opened:
            for first in range(0, len(waveform), _CHUNK):
                opened.write_audio_chunk(0, waveform[first : first + _CHUNK])
    except BackendError as why:
        raise ArgumentError(f"the output device {name} does not play: {why}") from why


def output_devices() -> list[str]:
    """Return the output devices that this FFmpeg has."""
    return [
        name
        for name in _DEVICES
        if name in av.formats_available and av.ContainerFormat(name).is_output
    ]
