"""TAC104: Make a choice of backend by operating system a constant."""

from tests.codemod.tables import changes, said, stays, table

CALL = "x = torchaudio.load(p)\n"
SET = 'torchaudio.set_audio_backend("soundfile")\n'


test_setter_by_platform = table(
    changes(
        "both arms",
        """
        import sys
        import torchaudio
        if sys.platform == "win32":
            torchaudio.set_audio_backend("soundfile")
        else:
            torchaudio.set_audio_backend("sox_io")
        x = torchaudio.load("a.wav")
    """,
        """
        import sys
        import torchaudio
        AUDIO_BACKEND = "soundfile" if sys.platform == "win32" else "sox"
        x = torchaudio.load("a.wav", backend=AUDIO_BACKEND)
    """,
    ),
    changes(
        "os.name, one arm, a comment",
        """
        import os, torchaudio
        if os.name == "nt":
            # no sox there
            torchaudio.set_audio_backend("soundfile")
        x = torchaudio.load("a.wav")
    """,
        """
        import os, torchaudio
        # no sox there
        AUDIO_BACKEND = "soundfile" if os.name == "nt" else None
        x = torchaudio.load("a.wav", backend=AUDIO_BACKEND)
    """,
    ),
    changes(
        "elif, and the name is taken",
        """
        from platform import system
        import torchaudio
        AUDIO_BACKEND = 1
        if system() == "Windows":
            torchaudio.set_audio_backend("soundfile")
        elif system() == "Darwin":
            torchaudio.set_audio_backend("soundfile")
        else:
            torchaudio.set_audio_backend("sox_io")
        x = torchaudio.load("a.wav")
    """,
        """
        from platform import system
        import torchaudio
        AUDIO_BACKEND = 1
        _AUDIO_BACKEND = "soundfile" if system() == "Windows" else "soundfile" if system() == "Darwin" else "sox"
        x = torchaudio.load("a.wav", backend=_AUDIO_BACKEND)
    """,
    ),
    changes(
        "no call depends on it",
        """
        import sys, torchaudio
        if sys.platform.startswith("win"):
            torchaudio.set_audio_backend("soundfile")
        y = 1
    """,
        """
        import sys, torchaudio
        y = 1
    """,
    ),
    changes(
        "gone for 2.9",
        """
        import sys, torchaudio
        if sys.platform == "win32":
            torchaudio.set_audio_backend("soundfile")
        else:
            torchaudio.set_audio_backend("sox_io")
        x = torchaudio.load("a.wav")
    """,
        """
        import sys, torchaudio
        x = torchaudio.load("a.wav")
    """,
        target="2.9",
    ),
    changes(
        "2.9, an arm does more",
        """
        import sys, torchaudio
        if sys.platform == "win32":
            torchaudio.set_audio_backend("soundfile")
        else:
            torchaudio.set_audio_backend("sox_io")
            print("sox")
    """,
        """
        import sys, torchaudio
        if sys.platform == "win32":
            pass
        else:
            print("sox")
    """,
        target="2.9",
    ),
    stays(
        "an arm does more",
        """
        import sys, torchaudio
        if sys.platform == "win32":
            torchaudio.set_audio_backend("soundfile")
        else:
            torchaudio.set_audio_backend("sox_io")
            print("sox")
        x = torchaudio.load("a.wav")
    """,
        "TAC104",
    ),
    stays(
        "the test asks for more",
        """
        import sys, torchaudio
        if sys.platform == "win32" and WANTED:
            torchaudio.set_audio_backend("soundfile")
        x = torchaudio.load("a.wav")
    """,
        "TAC101",
    ),
    stays(
        "not the real sys",
        """
        from fake import sys
        import torchaudio
        if sys.platform == "win32":
            torchaudio.set_audio_backend("soundfile")
        x = torchaudio.load("a.wav")
    """,
        "TAC101",
    ),
)


test_it_stays_and_it_is_said_why = table(
    said(
        "a choice by platform for another file",
        "calls in other modules depend on this choice",
        """
            import sys
            import torchaudio
            if sys.platform == "win32":
                torchaudio.set_audio_backend("soundfile")
            else:
                torchaudio.set_audio_backend("sox_io")
            import data
            """,
        data="import torchaudio\ndef read(p):\n    return torchaudio.load(p)\n",
    ),
    said(
        "the choice of a backend by arms that do more",
        "a branch of it does more",
        """
            import sys
            import torchaudio
            if sys.platform == "win32":
                torchaudio.set_audio_backend("soundfile")
            elif sys.platform == "darwin":
                torchaudio.set_audio_backend("sox_io")
                print(1)
            else:
                torchaudio.set_audio_backend("sox_io")
            x = torchaudio.load("a")
            """,
    ),
)


test_what_becomes_of_it = table(
    changes(
        "a choice by platform without an else, by three arms",
        """
        import sys
        import torchaudio
        if sys.platform == "win32":
            torchaudio.set_audio_backend("soundfile")
        elif sys.platform == "darwin":
            torchaudio.set_audio_backend("sox_io")
        x = 1
        """,
        """
        import sys
        import torchaudio
        x = 1
        """,
        target="2.9",
    ),
    changes(
        "a choice by platform of which one arm is to be left alone",
        """
        import sys
        import torchaudio
        if sys.platform == "win32":
            torchaudio.set_audio_backend("soundfile")  # compat: ignore
        else:
            torchaudio.set_audio_backend("sox_io")
        """,
        """
        import sys
        import torchaudio
        if sys.platform == "win32":
            torchaudio.set_audio_backend("soundfile")  # compat: ignore
        else:
            pass
        """,
        target="2.9",
    ),
)  # fmt: skip


test_by_platform = table(
    changes(
        "the choice in the argument",
        f"import sys, torchaudio\ntorchaudio.set_audio_backend('soundfile' if sys.platform == 'win32' else 'sox_io')\n{CALL}",
        "import sys, torchaudio\n"
        'AUDIO_BACKEND = "soundfile" if sys.platform == \'win32\' else "sox"\n'
        "x = torchaudio.load(p, backend=AUDIO_BACKEND)\n",
    ),
    changes(
        "the choice in the argument, for 2.9",
        f"import sys, torchaudio\ntorchaudio.set_audio_backend('soundfile' if sys.platform == 'win32' else 'sox_io')\n{CALL}",
        f"import sys, torchaudio\n{CALL}",
        target="2.9",
    ),
    stays(
        "a choice within a choice, which would need brackets",
        "import os, sys, torchaudio\n"
        "torchaudio.set_audio_backend("
        f"('soundfile' if os.name == 'nt' else 'sox_io') if sys.platform != 'linux' else 'sox_io')\n{CALL}",
        "TAC105",
    ),
    stays(
        "a choice whose test has two lines",
        f"import sys, torchaudio\ntorchaudio.set_audio_backend('soundfile' if sys.platform ==\n    'win32' else 'sox_io')\n{CALL}",
        "TAC105",
    ),
    stays(
        "a choice by something else",
        f"import torchaudio\ntorchaudio.set_audio_backend('soundfile' if fast else 'sox_io')\n{CALL}",
        "TAC105",
    ),
    stays(
        "a test of a comprehension is none of the platform alone",
        "import sys, torchaudio\nif any(sys.platform == one for one in names):\n    torchaudio.set_audio_backend('soundfile')\n"
        f"else:\n    torchaudio.set_audio_backend('sox_io')\n{CALL}",
        "TAC101",
    ),
    changes(
        "a choice in a function, beside its call",
        "import sys, torchaudio\ndef read(p):\n"
        "    torchaudio.set_audio_backend('soundfile' if sys.platform == 'win32' else 'sox_io')\n    return torchaudio.load(p)\n",
        "import sys, torchaudio\ndef read(p):\n"
        '    AUDIO_BACKEND = "soundfile" if sys.platform == \'win32\' else "sox"\n'
        "    return torchaudio.load(p, backend=AUDIO_BACKEND)\n",
    ),
    said(
        "a choice in a function, and calls outside, which a spawned process may run without it",
        "the choice is in a function or main block elsewhere",
        "import sys, torchaudio\ndef setup():\n    if sys.platform == 'win32':\n"
        "        torchaudio.set_audio_backend('soundfile')\n    else:\n        torchaudio.set_audio_backend('sox_io')\n"
        f"setup()\n{CALL}",
    ),
)
