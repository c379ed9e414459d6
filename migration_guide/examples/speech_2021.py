"""Speech recognition as it was written in 2021: a dataset, features, augmentation, a wav2vec2 model, alignment.

python speech_2021.py FOLDER [FILE ...]    (without files, three spoken-like tones are written to FOLDER)
"""

import math
import pathlib
import sys

import torch
import torchaudio
import torchaudio.compliance.kaldi as kaldi
from torch.utils.data import DataLoader, Dataset

torchaudio.set_audio_backend("sox_io")

RATE = 16000
LABELS = ("-", "|", "E", "T", "A", "O", "N")
TEXTS = ("TEA", "NOTE", "ATONE")


def write_tones(folder):
    paths = []
    for number, text in enumerate(TEXTS):
        time = torch.arange(RATE, dtype=torch.float32) / RATE
        wave = 0.3 * torch.sin(2 * math.pi * (180 + 60 * number) * time) * torch.sin(math.pi * time)
        path = folder / f"{text}.wav"
        torchaudio.save(str(path), torch.stack([wave, wave]), RATE, encoding="PCM_S", bits_per_sample=16)
        paths.append(str(path))
    return paths


class Speech(Dataset):
    def __init__(self, paths):
        self.paths = paths

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, index):
        path = self.paths[index]
        info = torchaudio.info(path)
        waveform, rate = torchaudio.load(path, frame_offset=0, num_frames=min(info.num_frames, RATE))
        waveform = torchaudio.functional.highpass_biquad(waveform.mean(0, keepdim=True), rate, 60.0)
        text = pathlib.Path(path).stem.upper()
        return waveform, torch.tensor([LABELS.index(letter) for letter in text if letter in LABELS])


def collate(items):
    waves = torch.nn.utils.rnn.pad_sequence([wave[0] for wave, _ in items], batch_first=True)
    return waves, [tokens for _, tokens in items]


class Augmented(torch.nn.Module):
    """Log-mel features under SpecAugment."""

    def __init__(self):
        super().__init__()
        self.mel = torchaudio.transforms.MelSpectrogram(RATE, n_fft=400, hop_length=160, n_mels=40)
        self.masks = torch.nn.Sequential(
            torchaudio.transforms.TimeMasking(20), torchaudio.transforms.FrequencyMasking(8)
        )

    def forward(self, waves):
        return self.masks(torchaudio.functional.amplitude_to_DB(self.mel(waves), 10.0, 1e-10, 0.0))


def align(emission, tokens):
    """The best path through a trellis, [time]: the token of each frame, 0 for blank."""
    if hasattr(torchaudio.functional, "forced_align"):  # since 2.1
        path, _ = torchaudio.functional.forced_align(emission[None], tokens[None].int())
        return path[0].tolist()
    states = [0]
    for token in tokens.tolist():
        states += [token, 0]
    score = torch.full((len(states),), -math.inf)
    score[:2] = emission[0, states[:2]]
    came_from = []
    for frame in emission[1:]:
        best, origin = score.clone(), list(range(len(states)))
        for state in range(len(states)):
            skips = state > 1 and states[state] != 0 and states[state] != states[state - 2]
            for step in (1, 2) if skips else (1,):
                if state >= step and score[state - step] > best[state]:
                    best[state], origin[state] = score[state - step], state - step
        came_from.append(origin)
        score = best + frame[states]
    state = len(states) - 1 if score[-1] > score[-2] else len(states) - 2
    path = [state]
    for origin in reversed(came_from):
        state = origin[state]
        path.append(state)
    return [states[state] for state in reversed(path)]


def wav2vec2():
    torch.manual_seed(2021)
    return torchaudio.models.wav2vec2_model(
        extractor_mode="group_norm",
        extractor_conv_layer_config=[(32, 10, 5), (32, 8, 4), (32, 4, 2), (32, 4, 2), (32, 4, 2)],
        extractor_conv_bias=False,
        encoder_embed_dim=32,
        encoder_projection_dropout=0.0,
        encoder_pos_conv_kernel=16,
        encoder_pos_conv_groups=4,
        encoder_num_layers=2,
        encoder_num_heads=4,
        encoder_attention_dropout=0.0,
        encoder_ff_interm_features=64,
        encoder_ff_interm_dropout=0.0,
        encoder_dropout=0.0,
        encoder_layer_norm_first=False,
        encoder_layer_drop=0.0,
        aux_num_out=len(LABELS),
    )


def main(folder, paths):
    folder = pathlib.Path(folder)
    print("torchaudio", torchaudio.__version__, "with", torchaudio.get_audio_backend())
    paths = paths or write_tones(folder)
    model, features = wav2vec2(), Augmented()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    loader = DataLoader(Speech(paths), batch_size=len(paths), collate_fn=collate)
    for waves, targets in loader:
        print("spectrogram", tuple(features(waves).shape), "fbank", tuple(kaldi.fbank(waves[:1], num_mel_bins=40).shape))
        emission, _ = model(waves)
        log_probs = emission.log_softmax(-1)
        loss = torch.nn.functional.ctc_loss(
            log_probs.transpose(0, 1),
            torch.cat(targets),
            torch.full((len(paths),), log_probs.shape[1]),
            torch.tensor([len(tokens) for tokens in targets]),
        )
        loss.backward()
        optimizer.step()
        print(f"emission {tuple(emission.shape)}, loss {loss.item():.3f}")
        for path, scores, tokens in zip(paths, log_probs.detach(), targets):
            frames = align(scores, tokens)
            spoken = [LABELS[token] for at, token in enumerate(frames) if token and (at == 0 or frames[at - 1] != token)]
            print(f"{pathlib.Path(path).name:12} {len(frames)} frames, aligned as {''.join(spoken)}")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
