"""TAC137: A number for compression= without a backend."""

from tests.codemod.tables import changes, stays, table

test_calls = table(
    stays("a number", "import torchaudio\ntorchaudio.save(p, w, 16000, compression=128)\n", "TAC137"),
    stays("a number, 2.1", "import torchaudio\ntorchaudio.save(p, w, 16000, compression=-4.5)\n", "TAC137", target="2.1"),
    stays("none", "import torchaudio\ntorchaudio.save(p, w, 16000, compression=None)\n"),
    stays("a variable", "import torchaudio\ntorchaudio.save(p, w, 16000, compression=c)\n"),
    stays("a backend beside it", "import torchaudio\ntorchaudio.save(p, w, 16000, compression=128, backend='sox')\n"),
    changes(
        "the setter settles it",
        "import torchaudio\ntorchaudio.set_audio_backend('sox_io')\ntorchaudio.save('a.mp3', w, 16000, compression=128)\n",
        "import torchaudio\ntorchaudio.save('a.mp3', w, 16000, compression=128, backend=\"sox\")\n",
    ),
    changes(
        "info of a backend for 2.9",
        "import torchaudio\nfrom torchaudio.backend import sox_io_backend\nx = sox_io_backend.info('a.wav')\n",
        "import torchaudio\nimport compat\nx = compat.info('a.wav', backend=\"sox\")\n",
        target="2.9",
    ),
    stays(
        "a fake would get an argument less",
        "import torchaudio\nfrom unittest.mock import patch\npatch('torchaudio.load')\nx = torchaudio.load(p, normalization=True)\n",
        "TAC114",
        "TAC123",
    ),
)
