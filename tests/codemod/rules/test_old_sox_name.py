"""TAC138: The backend sox of 0.8 became sox_io."""

from tests.codemod.tables import changes, stays, table

test_the_backend_sox = table(
    changes(
        "at the top",
        "import torchaudio\ntorchaudio.set_audio_backend('sox')\nx = torchaudio.load('a')\n",
        "import torchaudio\nx = torchaudio.load('a', backend=\"sox\")\n",
    ),
    changes(
        "by its keyword",
        'import torchaudio\ntorchaudio.set_audio_backend(backend="sox")\nx = torchaudio.load("a")\n',
        'import torchaudio\nx = torchaudio.load("a", backend="sox")\n',
    ),
    changes(
        "for 2.9",
        "import torchaudio\ntorchaudio.set_audio_backend('sox')\nx = torchaudio.load('a')\n",
        "import torchaudio\nx = torchaudio.load('a')\n",
        target="2.9",
    ),
    changes(
        "beside load_wav",
        "import torchaudio\ntorchaudio.set_audio_backend('sox')\nn = torchaudio.load_wav('a')[0].shape\n",
        "import torchaudio\nn = torchaudio.load('a', backend=\"sox\")[0].shape\n",
    ),
    stays(
        "in a try that goes on to another",
        """
        import torchaudio
        try:
            torchaudio.set_audio_backend("sox")
        except RuntimeError:
            torchaudio.set_audio_backend("soundfile")
        """,
        "TAC105",
        "TAC109",
    ),
    stays("for the drop-in", "import torchaudio\ntorchaudio.set_audio_backend('sox')\n", "TAC105", target="compat"),
)
