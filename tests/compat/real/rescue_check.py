"""Run in a process of its own, with a real torchaudio on the path whose compiled part does not load.

python rescue_check.py FOLDER RELEASE     (a folder with a tiny YESNO and LIBRISPEECH tree)
"""

import importlib.metadata
import sys
import warnings

warnings.simplefilter("ignore")

import torch  # noqa: E402

import compat  # noqa: E402


def training_step(torchaudio: object) -> float:
    """Features and a Kaldi front end, a filter, a model and a transducer's loss, forward and backward."""
    from torchaudio import compliance, functional, models, transforms

    torch.manual_seed(0)
    wave = torch.rand(1, 8000) - 0.5
    fbank = compliance.kaldi.fbank(wave, num_mel_bins=40, dither=0.0)
    mel = transforms.MelSpectrogram(16000, n_mels=40)(functional.lowpass_biquad(wave, 16000, 3000.0))
    model = models.Conformer(input_dim=40, num_heads=2, ffn_dim=16, num_layers=1, depthwise_conv_kernel_size=7)
    encoded, lengths = model(fbank[None], torch.tensor([fbank.shape[0]]))
    joined = (encoded[:, :, None, :8] + mel.mean()).expand(-1, -1, 4, -1).contiguous()
    loss = functional.rnnt_loss(
        joined, torch.tensor([[1, 2, 3]], dtype=torch.int32), lengths.int(), torch.tensor([3], dtype=torch.int32), blank=0
    )
    loss.backward()
    assert all(torch.isfinite(parameter.grad).all() for parameter in model.parameters() if parameter.grad is not None)
    return float(loss.detach())


def main() -> None:
    """Take a training step and read real datasets under three releases."""
    folder, wheel = sys.argv[1:]
    losses = set()
    for release in ("2.0", "2.2", "2.9"):
        torchaudio = compat.install(release)
        assert torchaudio.__version__ == f"{compat.release().last_patch}+compat"
        assert torchaudio.__file__
        assert torchaudio._extension._IS_TORCHAUDIO_EXT_AVAILABLE
        assert importlib.metadata.version("torchaudio").partition("+")[0] == wheel
        losses.add(round(training_step(torchaudio), 5))
        assert torchaudio.datasets.YESNO(folder)[0][0].shape == (1, 800)
        assert torchaudio.datasets.LIBRISPEECH(folder, url="dev-clean")[0][2] == "HELLO"
        if release != "2.9":
            assert torchaudio.sox_effects.apply_effects_tensor(torch.zeros(1, 800), 8000, [["rate", "4000"]])[0].shape == (1, 400)
    assert len(losses) == 1, losses
    compat.uninstall()
    assert not [name for name in sys.modules if name.partition(".")[0] in ("torchaudio", "torio")]
    print("rescued", wheel)


if __name__ == "__main__":
    main()
