"""TAC109: Take away an attempt to set a backend that may fail."""

from tests.codemod.tables import changes, stays, table

CALL = "x = torchaudio.load(p)\n"
NAMED = 'x = torchaudio.load(p, backend="soundfile")\n'
SET = 'torchaudio.set_audio_backend("soundfile")\n'


test_setter_tried = table(
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
        changes(name, f"import contextlib, torchaudio\n{code}{CALL}", f"import contextlib, torchaudio\n{after}", target=target, unsafe=True)
        for name, target, after, code in (
            ("suppressed", "2.2", NAMED, f"with contextlib.suppress(Exception):\n    {SET}"),
            ("suppressed, for 2.9", "2.9", CALL, f"with contextlib.suppress(AttributeError, RuntimeError):\n    {SET}"),
            (
                "a try in the handler",
                "2.2",
                NAMED.replace("soundfile", "sox"),
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
