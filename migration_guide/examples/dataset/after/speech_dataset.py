"""A data set of recordings and a loader for training. Written for torchaudio 0.12; run it as

    python speech_dataset.py OUT RECORDING...
"""
import os
import sys

import torch
import torchaudio
from torch.utils.data import DataLoader, Dataset

RATE = 16000
SECONDS = 0.2


class Recordings(Dataset):
    """Pieces of equal length, one after the other, at one rate and in mono."""

    def __init__(self, paths, seconds=SECONDS):
        self.pieces = []
        for path in paths:
            info = torchaudio.info(path, backend="sox")
            step = int(info.sample_rate * seconds)
            for start in range(0, info.num_frames - step + 1, step):
                self.pieces.append((path, start, step))
        self.length = int(RATE * seconds)
        self.resamplers = {}

    def __len__(self):
        return len(self.pieces)

    def __getitem__(self, index):
        path, start, step = self.pieces[index]
        waveform, rate = torchaudio.load(path, frame_offset=start, num_frames=step, backend="sox")
        waveform = waveform.mean(0, keepdim=True)
        if rate != RATE:
            if rate not in self.resamplers:
                self.resamplers[rate] = torchaudio.transforms.Resample(rate, RATE)
            waveform = self.resamplers[rate](waveform)
        return os.path.basename(path), waveform[:, : self.length]


def collate(items):
    names, waveforms = zip(*items)
    return names, torch.stack(waveforms)


def main(out, *paths):
    loader = DataLoader(Recordings(paths), batch_size=4, num_workers=2, collate_fn=collate)
    for number, (names, batch) in enumerate(loader):
        torch.save(batch, os.path.join(out, f"batch{number}.pt"))
        print(f"batch {number}: {list(batch.shape)} from {', '.join(sorted(set(names)))}")


if __name__ == "__main__":
    main(*sys.argv[1:])
