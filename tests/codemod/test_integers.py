"""Integer tensors that are given to the save of 2.9."""

import textwrap

from tests.codemod.tables import stays, table

HEAD = """\
import wave
import numpy as np
import soundfile as sf
import torch
import torchaudio
from scipy.io import wavfile
"""

# What else there is to say.
BESIDE = {"sox_effects": "TAC124", "torchaudio.load": "TAC130"}

INTEGERS = (
    ("x = y.short()", "x"),
    ("x = (y * 32767).to(torch.int16)", "x"),
    ("x = y.to(dtype=torch.int16)", "x"),
    ("x = y.type(torch.ShortTensor)", "x"),
    ("x = y.type('torch.ShortTensor')", "x"),
    ("x = torch.ShortTensor(y)", "x"),
    ("x = torch.from_numpy(y.astype(np.int16))", "x"),
    ("x = torch.from_numpy(y.astype('int16'))", "x"),
    ("x = torch.from_numpy(y.astype('<i2')).unsqueeze(0)", "x"),
    ("y = y.astype(np.int16)\nx = torch.from_numpy(y)", "x"),
    ("y = (y * 32767).astype(np.int16)\nx = torch.from_numpy(y)[None]", "x"),
    ("x = torch.from_numpy(np.int16(y * 32767))", "x"),
    ("x = torch.frombuffer(data, dtype=torch.int16)", "x"),
    ("x = torch.frombuffer(data, dtype=torch.int16).reshape(1, -1)", "x"),
    ("x = torch.from_numpy(np.frombuffer(data, dtype=np.int16).copy())", "x"),
    ("x = torch.from_numpy(np.frombuffer(data, np.int16))", "x"),
    ("x = torch.from_numpy(np.fromfile(path, dtype='int16'))", "x"),
    ("x = torch.tensor(y, dtype=torch.int32)", "x"),
    ("x = torch.tensor(segment.get_array_of_samples())", "x"),
    ("x = torch.tensor(np.array(segment.get_array_of_samples()))", "x"),
    ("x = torch.zeros(1, 100, dtype=torch.int16)", "x"),
    ("x = torch.randint(0, 100, (1, 100))", "x"),
    ("x, sr = torchaudio.load('a.wav', normalize=False)", "x"),
    ("x, sr = torchaudio.load('a.wav', 0, -1, False)", "x"),
    ("x = torchaudio.load('a.wav', normalize=False)[0]", "x"),
    ("x, sr = torchaudio.sox_effects.apply_effects_file('a.wav', [], False)", "x"),
    ("sr, y = wavfile.read('a.wav')\nx = torch.from_numpy(y)", "x"),
    ("y, sr = sf.read('a.wav', dtype='int16')\nx = torch.from_numpy(y).t()", "x"),
    ("x = torch.cat([a.short(), b])", "x"),
    ("a = y.short()\nx = torch.stack((a, a))", "x"),
    ("x = y.short().cpu().detach().clone().T", "x"),
    ("x = torch.tensor([[1, -2, 3]])", "x"),
    ("x = torch.full((1, 9), 3)", "x"),
    ("x = torch.from_numpy(np.zeros((1, 9), '<i2'))", "x"),
    ("I = torch.int16\nx = y.to(I)", "x"),
    ("from torch import int16\nx = torch.zeros(1, 9, dtype=int16)", "x"),
    ("x = y.to(getattr(torch, 'int16'))", "x"),
    ("x = y.short().to('cuda')", "x"),
    ("x = y.short()[:, :100]", "x"),
    ("x = y.short() * 2", "x"),
    ("x = y.int() if a else y", "x"),
    ("", "y.byte()"),
    ("def f():\n    return y.short()", "f()"),
    ("def write(x):\n    torchaudio.save('b.wav', x, 1)\nwrite(z.short())", "z.float()"),
)

FLOATS = (
    ("x = y.short().float()", "x"),
    ("x = y.short() / 32768", "x"),
    ("x = y.short().to(torch.float32)", "x"),
    ("x = torch.tensor(y.short(), dtype=torch.float32)", "x"),
    ("x = torch.from_numpy(y.astype(np.float32))", "x"),
    ("x, sr = torchaudio.load('a.wav', normalize=True)", "x"),
    ("x, sr = torchaudio.load('a.wav')", "x"),
    ("y, sr = sf.read('a.wav')\nx = torch.from_numpy(y)", "x"),
    ("x = torch.from_numpy(np.frombuffer(data, dtype=np.float32))", "x"),
    ("x = torch.view_as_real(y)", "x"),
    ("x = int(y)", "y"),
)


def program(lines: str, value: str) -> str:
    return f"{HEAD}{textwrap.dedent(lines)}\ntorchaudio.save('a.wav', {value}, 16000)\n"


test_integers = table(
    *(
        stays(
            f"{lines} {value}", program(lines, value), *[other for word, other in BESIDE.items() if word in lines], "TAC126", target="2.9"
        )
        for lines, value in INTEGERS
    )
)
test_floats = table(*(stays(f"{lines} {value}", program(lines, value), target="2.9") for lines, value in FLOATS))
