"""TAC121: A guarded setter without an arm for newer releases."""

from tests.codemod.tables import changes, stays, table

HEAD = "import sys\nimport torch\nimport torchaudio\nfrom packaging import version\n"
OLD, NEW = "torchaudio.load(filepath=p)", "torchaudio.load(uri=p)"


test_decisions = table(
    stays(
        "a guard without a new arm",
        """
        import torchaudio
        if hasattr(torchaudio, "set_audio_backend"):
            torchaudio.set_audio_backend("soundfile")
    """,
        "TAC121",
    ),
    stays(
        "a choice by what is there, both arms of old",
        """
        import torchaudio
        if "soundfile" in torchaudio.list_audio_backends():
            torchaudio.set_audio_backend("soundfile")
        else:
            torchaudio.set_audio_backend("sox_io")
        x = torchaudio.load("a.wav")
    """,
        "TAC121",
    ),
)


test_guards = table(
    *(
        stays(f"left: {name}", HEAD + code)
        for name, code in (
            ("the arm for old ones", f'if torchaudio.__version__ < "2.1":\n    x = {OLD}\nelse:\n    x = {NEW}\n'),
            ("old ones leave early", f'def f(p):\n    if torchaudio.__version__ < "2.1":\n        return {OLD}\n    return {NEW}\n'),
            ("new ones leave early", f'def f(p):\n    if torchaudio.__version__ >= "2.1":\n        return {NEW}\n    return {OLD}\n'),
            ("an expression", f'x = {OLD} if torchaudio.__version__ < "2.1" else {NEW}\n'),
            ("and", f'x = torchaudio.__version__ < "2.1" and {OLD}\n'),
            ("or", f'x = torchaudio.__version__ >= "2.1" or {OLD}\n'),
            ("the new way first", f"try:\n    x = {NEW}\nexcept TypeError:\n    x = {OLD}\n"),
            ("the old way first", f"try:\n    x = {OLD}\nexcept TypeError:\n    x = {NEW}\n"),
            ("load_wav", 'if hasattr(torchaudio, "load_wav"):\n    x = torchaudio.load_wav(p)\nelse:\n    x = torchaudio.load(p)\n'),
            (
                "the backend's module",
                f'if torchaudio.__version__ < "2.1":\n    x = torchaudio.backend.sox_io_backend.load(p)\nelse:\n    x = {NEW}\n',
            ),
            ("the setter", 'if torchaudio.__version__ < "2.1":\n    torchaudio.set_audio_backend("sox_io")\nelse:\n    B = "sox"\n'),
        )
    ),
    *(
        changes(f"changed: {name}", HEAD + code, HEAD + code.replace(OLD, NEW))
        for name, code in (
            ("the arm for newer than 0.8", f'if torchaudio.__version__ >= "0.8":\n    x = {OLD}\nelse:\n    x = torchaudio.load(p, offset=1)\n'),
            ("both ways are old", f"try:\n    x = {OLD}\nexcept TypeError:\n    x = torchaudio.load(p, frame_offset=1, **{{}})\n".replace("TypeError", "OSError")),
            ("the target is refused", f'if torchaudio.__version__ >= "2.1":\n    raise ImportError\nx = {OLD}\n'),
            ("the target is refused, or", f'if torchaudio.__version__ >= "2.1":\n    raise ImportError\nelse:\n    x = {OLD}\n'),
            ("any error", f"def f(p):\n    try:\n        return {OLD}\n    except Exception:\n        return None\n"),
            ("a test of another thing", f'if sys.platform == "win32":\n    x = {OLD}\nelse:\n    x = {NEW}\n'),
            ("a test that cannot be told", f"if NEW_ENOUGH:\n    x = {OLD}\nelse:\n    x = {NEW}\n"),
        )
    ),
    changes(
        "a loop that swallows everything",
        f"{HEAD}def f(p):\n    while True:\n        try:\n            return {OLD}\n        except Exception:\n            continue\n",
        f"{HEAD}def f(p):\n    while True:\n        try:\n            return {NEW}\n        except Exception:\n            continue\n",
    ),
    stays(
        "a shim is one wherever it stands",
        'import torchaudio\nif not hasattr(torchaudio, "set_audio_backend"):\n    torchaudio.set_audio_backend = print\n',
        "TAC122",
    ),
    stays("no arm for the target", f'{HEAD}if torchaudio.__version__ < "2.1":\n    torchaudio.set_audio_backend("sox_io")\n', "TAC121"),
    stays(
        "a name that 2.9 lost, where it is asked for",
        f'{HEAD}n = torchaudio.info(p).num_frames if hasattr(torchaudio, "info") else torchaudio.load(p)[0].shape[1]\n',
        target="2.9",
    ),
)  # fmt: skip


test_a_test_that_may_hold_in_nine = table(
    stays(
        "releases are left out one by one",
        'import torchaudio\nif not torchaudio.__version__.startswith("2.1"):\n    torchaudio.set_audio_backend("soundfile")\n',
        "TAC101",
        target="2.9",
    ),
    stays(
        "a name that has the word version, but is not that of torchaudio",
        'import torchaudio\ndef f(version):\n    if version == "large":\n        torchaudio.set_audio_backend("soundfile")\n',
        "TAC101",
        target="2.9",
    ),
    stays(
        "old releases only",
        'import torchaudio\nif torchaudio.__version__ < "2.1":\n    torchaudio.set_audio_backend("soundfile")\n',
        target="2.9",
    ),
)
