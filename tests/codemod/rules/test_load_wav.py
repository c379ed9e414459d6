"""TAC115: load_wav, whose scale differed."""

import pytest

from tests.codemod.tables import changes, project, rewrite, stays, table

SET = "import torchaudio\ntorchaudio.set_audio_backend('soundfile')\n"

test_load_wav = table(
    *(
        changes(
            name,
            f"import torchaudio\ndef f(p):\n    {code.replace('LOAD', 'torchaudio.load_wav')}\n",
            f"import torchaudio\ndef f(p):\n    {code.replace('LOAD', 'torchaudio.load')}\n",
        )
        for name, code in (
            ("the shape of an item", "return LOAD(p)[0].shape[1]"),
            ("the rate", "return LOAD(p)[1]"),
            ("the shape of a name", "x, r = LOAD(p)\n    return x.size(1) / r, x.shape, len(x)"),
            ("no name", "_, r = LOAD(p)\n    return r"),
        )
    ),
    changes(
        "scaled into another name, which is x",
        "import torchaudio\ndef f(p):\n    w, r = torchaudio.load_wav(p)\n    x = w / 32768\n    return x\n",
        "import torchaudio\ndef f(p):\n    w, r = torchaudio.load(p)\n    x = w\n    return x\n",
    ),
    *(
        stays(f"stays: {name}", f"import torchaudio\ndef f(p):\n    {code}\n", "TAC115")
        for name, code in (
            ("the numbers", "x, r = torchaudio.load_wav(p)\n    return x.shape, x.mean()"),
            ("nothing is read", "x, r = torchaudio.load_wav(p)"),
            ("x is scaled, which is another", "w, r = torchaudio.load_wav(p)\n    w = x / 32768\n    return w"),
            ("passed on", "x, r = torchaudio.load_wav(p)\n    g(x)"),
            ("more arguments", "return torchaudio.load_wav(p, num_frames=3)[0].shape"),
            ("the whole", "return torchaudio.load_wav(p)"),
            ("read by its name", "x, r = torchaudio.load_wav(p)\n    return x.shape, locals()"),
            ("read in a text", "x, r = torchaudio.load_wav(p)\n    return x.shape, eval('x.max()')"),
        )
    ),
    *(
        project(
            f"stays: {name}", {"m.py": f"import torchaudio\n{code}\n", "use.py": "import m\nprint(m.x.max())\n"}, left={"m.py": ["TAC115"]}
        )
        for name, code in (
            ("another file reads the attribute", "x, r = torchaudio.load_wav('a')\nn = x.shape"),
            ("a function gives it to the module", "def f():\n    global x\n    x, r = torchaudio.load_wav('a')\n    return x.shape"),
            ("it is of a class", "class A:\n    x, r = torchaudio.load_wav('a')\n    n = x.shape"),
        )
    ),
    stays(
        "beside a setter",
        "import torchaudio\nimport args\ntorchaudio.set_audio_backend(args.name)\nn = torchaudio.load_wav('a')[0].shape\n",
        "TAC105",
        "TAC115",
    ),
)


test_reports = table(
    stays(
        "load_wav",
        """
        import torchaudio
        x = torchaudio.load_wav("a.wav")
    """,
        "TAC115",
    ),
)


@pytest.mark.parametrize(
    "files",
    [
        {"a.py": f"{SET}def get(p):\n    w, r = torchaudio.load_wav(p)\n    w = w / 2**15\n    return w, r\n"},
        {"a.py": f"{SET}frames = torchaudio.load_wav('a.wav')[0].shape[1]\n"},
        {"a.py": f"{SET}x = torchaudio.load('b.wav')\nframes = torchaudio.load_wav('a.wav')[0].shape[1]\n"},
        {"conf.py": SET, "a.py": "import torchaudio, conf\nframes = torchaudio.load_wav('a.wav')[0].shape[1]\n"},
    ],
)
@pytest.mark.parametrize("target", ["2.1", "2.2"])
def test_what_a_setter_governed_is_not_changed_once_the_setter_is_gone(files: dict[str, str], target: str) -> None:
    """The call would name no backend then; it is said which one it is to name."""
    outcome = rewrite(files, target)["a.py"]
    assert "torchaudio.load_wav(" in outcome.text
    assert any('torchaudio.load with backend="soundfile"' in finding.advice for finding in outcome.left if finding.rule == "TAC115")
