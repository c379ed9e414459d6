"""Fold recordings to mono and keep the second half of each. Written for torchaudio 0.13."""
import os
import sys

import torchaudio

torchaudio.set_audio_backend("soundfile")


def second_half(path):
    meta = torchaudio.info(filepath=path)
    middle = meta.num_frames // 2
    # the rest of the file
    waveform, rate = torchaudio.load(path, frame_offset=middle, num_frames=-1)
    return waveform.mean(0, keepdim=True), rate


if __name__ == "__main__":
    out, *paths = sys.argv[1:]
    for path in paths:
        waveform, rate = second_half(path)
        name = os.path.splitext(os.path.basename(path))[0] + ".wav"
        torchaudio.save(os.path.join(out, name), waveform, rate)
        print(f"{os.path.basename(path):18} -> {name}, {waveform.shape[1]} frames")
