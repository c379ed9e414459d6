"""Cut the quiet beginning and end off recordings, and store them as 16 kHz-class wav files next to each other.

Written for torchaudio 2.0 by someone who has left since. Nobody has touched it.
"""
import io
import os
import sys

import torch
import torchaudio

torchaudio.set_audio_backend("sox_io")


def loudness(path, seconds=0.05):
    """Peak of each short piece, read one piece at a time so that long files fit into memory."""
    info = torchaudio.info(path)
    step = int(info.sample_rate * seconds)
    peaks = []
    for start in range(0, info.num_frames - step, step):
        piece, _ = torchaudio.load(path, frame_offset=start, num_frames=step)
        peaks.append(piece.abs().max().item())
    return peaks, step


def trim(path, threshold=0.1):
    peaks, step = loudness(path)
    loud = [i for i, peak in enumerate(peaks) if peak > threshold]
    waveform, rate = torchaudio.load(path)
    if not loud:
        return waveform, rate
    return waveform[:, loud[0] * step : (loud[-1] + 1) * step], rate


def main(out, *paths):
    print("backend:", torchaudio.get_audio_backend(), " of", torchaudio.list_audio_backends())
    for path in paths:
        info = torchaudio.info(path)
        waveform, rate = trim(path)
        target = os.path.join(out, os.path.splitext(os.path.basename(path))[0] + ".wav")
        torchaudio.save(target, waveform, rate)
        saved = torchaudio.info(target)
        again, _ = torchaudio.load(io.BytesIO(open(target, "rb").read()))
        print(
            f"{os.path.basename(path):18} {info.num_frames:6} frames {info.encoding:6} -> "
            f"{saved.num_frames:6} frames {saved.encoding} {saved.bits_per_sample} bit, "
            f"read back from memory within {(again - waveform).abs().max().item():.1e}"
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
