#!/usr/bin/env python
"""Convert recordings to another format, rate or number of channels. Written for torchaudio 0.9."""
import argparse
import os
import sys

import torchaudio
from torchaudio import AudioMetaData

AUDIO_BACKEND = "soundfile" if sys.platform == "win32" else "sox"


def describe(meta: AudioMetaData) -> str:
    seconds = meta.num_frames / meta.sample_rate
    return f"{seconds:.2f} s, {meta.sample_rate} Hz, {meta.num_channels} channel(s), {meta.encoding}"


def convert(source, target, rate=None, mono=False, bits=None):
    waveform, original = torchaudio.load(uri=source, backend=AUDIO_BACKEND)
    if mono:
        waveform = waveform.mean(0, keepdim=True)
    if rate is not None and rate != original:
        waveform = torchaudio.transforms.Resample(original, rate)(waveform)
    kind = os.path.splitext(target)[1].lstrip(".")
    encoding = "PCM_S" if kind == "wav" else None
    torchaudio.save(target, waveform, rate or original, format=kind, encoding=encoding, bits_per_sample=bits, backend=AUDIO_BACKEND)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument("--out", required=True, metavar="FOLDER")
    parser.add_argument("--to", default="wav", choices=["wav", "flac"])
    parser.add_argument("--rate", type=int)
    parser.add_argument("--bits", type=int, default=16)
    parser.add_argument("--mono", action="store_true")
    args = parser.parse_args()
    for file in args.files:
        stem = os.path.splitext(os.path.basename(file))[0]
        target = os.path.join(args.out, f"{stem}.{args.to}")
        convert(file, target, args.rate, args.mono, args.bits)
        for path in (file, target):
            meta = torchaudio.info(uri=path, backend=AUDIO_BACKEND)
            print(f"{os.path.basename(path):16} {describe(meta)}")


if __name__ == "__main__":
    main()
