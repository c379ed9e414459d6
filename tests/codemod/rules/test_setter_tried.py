"""TAC109: Take away an attempt to set a backend that may fail."""

from tests.codemod.tables import changes, stays, table

CALL = "x = torchaudio.load(p)\n"
SET = 'torchaudio.set_audio_backend("soundfile")\n'


test_setter_tried = table(
    changes(
        "handler sets another",
        """
        import torchaudio
        try:
            torchaudio.set_audio_backend("sox_io")
        except RuntimeError:
            torchaudio.set_audio_backend("soundfile")
        x = torchaudio.load("a.wav")
    """,
        """
        import torchaudio
        x = torchaudio.load("a.wav")
    """,
    ),
    changes(
        "handler logs, comment stays",
        """
        import logging, torchaudio
        try:
            torchaudio.set_audio_backend("sox_io")
        except Exception as why:
            # never mind
            logging.warning("no sox: %s", why)
        x = torchaudio.load("a.wav")
    """,
        """
        import logging, torchaudio
        # never mind
        x = torchaudio.load("a.wav")
    """,
    ),
    changes(
        "in a function it leaves a body",
        """
        import torchaudio
        def setup():
            try:
                torchaudio.set_audio_backend("sox_io")
            except Exception:
                pass
    """,
        """
        import torchaudio
        def setup():
            pass
    """,
    ),
    changes(
        "2.9",
        """
        import torchaudio
        try:
            torchaudio.set_audio_backend("sox_io")
        except Exception:
            pass
    """,
        """
        import torchaudio
    """,
        target="2.9",
    ),
    stays(
        "the handler raises",
        """
        import torchaudio
        try:
            torchaudio.set_audio_backend("sox_io")
        except RuntimeError:
            raise SystemExit(1)
        x = torchaudio.load("a.wav")
    """,
        "TAC101",
    ),
    stays(
        "the body does more",
        """
        import torchaudio
        try:
            torchaudio.set_audio_backend("sox_io")
            x = torchaudio.load("a.wav")
        except RuntimeError:
            x = None
    """,
        "TAC101",
    ),
    stays(
        "the handler does more",
        """
        import torchaudio
        try:
            torchaudio.set_audio_backend("sox_io")
        except RuntimeError:
            HAVE_SOX = False
        x = torchaudio.load("a.wav")
    """,
        "TAC101",
    ),
)


test_attempts = table(
    *(
        changes(name, f"import contextlib, torchaudio\n{code}{CALL}", f"import contextlib, torchaudio\n{CALL}", target=target)
        for name, target, code in (
            ("suppressed", "2.2", f"with contextlib.suppress(Exception):\n    {SET}"),
            ("suppressed, for 2.9", "2.9", f"with contextlib.suppress(AttributeError, RuntimeError):\n    {SET}"),
            (
                "a try in the handler",
                "2.2",
                f"try:\n    torchaudio.set_audio_backend('sox_io')\nexcept RuntimeError:\n    try:\n        {SET}"
                "    except RuntimeError:\n        print('none')\n",
            ),
        )
    ),
    stays(
        "suppressed with more", f"import contextlib, torchaudio\nwith contextlib.suppress(OSError):\n    {SET}    go()\n{CALL}", "TAC101"
    ),
    stays("under something else", f"import torchaudio\nfrom my import suppress\nwith suppress(OSError):\n    {SET}{CALL}", "TAC101"),
)
