"""Train on speech as telephones and loud rooms would carry it: effects and codecs, in a DataLoader whose worker is started as is said."""

import sys

import torch
from torch.utils.data import DataLoader, Dataset

try:
    from torchaudio.io import AudioEffector
except ImportError:  # torchaudio 2.0
    AudioEffector = None
from torchaudio.functional import apply_codec

RATE = 8000


# a telephone, a room, and music: as effects and codecs, and by the codecs of 2.0
EFFECTS = [
    {"effect": "lowpass=frequency=1500", "format": "mulaw"},
    {"effect": "aecho=0.8:0.88:60:0.4,volume=0.5", "pad_end": False},
    {"format": "mp3"},
]
CODECS = [{"format": "wav", "encoding": "ULAW", "bits_per_sample": 8}, {"format": "flac"}, {"format": "mp3", "compression": 32.0}]


def changed(waveform, way):
    if AudioEffector is None:
        return apply_codec(waveform, RATE, **CODECS[way])[:, : waveform.shape[1]]
    return AudioEffector(**EFFECTS[way]).apply(waveform.t(), RATE).t()[:, : waveform.shape[1]]


class Augmented(Dataset):
    def __init__(self, length):
        self.length = length

    def __len__(self):
        return self.length

    def __getitem__(self, index):
        generator = torch.Generator().manual_seed(index)
        frequency = 200 + 100 * (index % 8)
        clean = 0.4 * torch.sin(2 * torch.pi * frequency * torch.arange(RATE) / RATE) + 0.01 * torch.randn(RATE, generator=generator)
        clean = clean[None]
        noisy = changed(clean, index % 3)
        return clean, noisy, index


def main():
    loader = DataLoader(Augmented(24), batch_size=4, num_workers=1, multiprocessing_context=sys.argv[1])
    seen, differing = [], 0
    for clean, noisy, index in loader:
        assert clean.shape == noisy.shape == (4, 1, RATE), (clean.shape, noisy.shape)
        assert noisy.dtype == torch.float32
        assert noisy.abs().max() > 0.05
        differing += int((clean - noisy).abs().amax((1, 2)).gt(1e-6).sum())
        seen += index.tolist()
    assert sorted(seen) == list(range(24))
    assert differing >= 16, differing
    print("augmented", len(seen))


if __name__ == "__main__":
    main()
