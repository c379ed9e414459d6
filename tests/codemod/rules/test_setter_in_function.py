"""TAC103: Fold a setting into the call that follows it in the same function."""

import pytest

from tests.codemod.commands import put
from tests.codemod.tables import changes, said, said_of, stays, table

SETTER = 'torchaudio.set_audio_backend("sox_io")\n'
SET = 'torchaudio.set_audio_backend("soundfile")\n'


test_setter_in_function = table(
    changes(
        "folded",
        """
        import torchaudio
        def f(p):
            torchaudio.set_audio_backend("soundfile")
            return torchaudio.load(p)
    """,
        """
        import torchaudio
        def f(p):
            return torchaudio.load(p, backend="soundfile")
    """,
    ),
    changes(
        "two functions, two names",
        """
        import torchaudio
        def f(p):
            torchaudio.set_audio_backend("soundfile")
            return torchaudio.load(p)
        def g(p):
            torchaudio.set_audio_backend("sox_io")
            with x:
                return torchaudio.load(p)
    """,
        """
        import torchaudio
        def f(p):
            return torchaudio.load(p, backend="soundfile")
        def g(p):
            with x:
                return torchaudio.load(p, backend="sox")
    """,
    ),
    changes(
        "the setter alone leaves no empty body",
        """
        import torchaudio
        def setup():
            torchaudio.set_audio_backend("soundfile")
    """,
        """
        import torchaudio
        def setup():
            pass
    """,
    ),
    changes(
        "one-line body",
        """
        import torchaudio
        def setup(): torchaudio.set_audio_backend("soundfile")
    """,
        """
        import torchaudio
        def setup(): pass
    """,
    ),
    changes(
        "twice in a row, each for what follows",
        """
        import torchaudio
        def f(p, q):
            torchaudio.set_audio_backend("soundfile")
            x = torchaudio.load(p)
            torchaudio.set_audio_backend("sox_io")
            y = torchaudio.load(q)
            return x, y
    """,
        """
        import torchaudio
        def f(p, q):
            x = torchaudio.load(p, backend="soundfile")
            y = torchaudio.load(q, backend="sox")
            return x, y
    """,
    ),
    stays(
        "it outlives the function",
        """
        import torchaudio
        def setup():
            torchaudio.set_audio_backend("soundfile")
        def f(p):
            return torchaudio.load(p)
    """,
        "TAC103",
    ),
    stays(
        "a call before it",
        """
        import torchaudio
        def f(p):
            x = torchaudio.load(p)
            torchaudio.set_audio_backend("soundfile")
            return x
    """,
        "TAC103",
    ),
    stays(
        "a branch between",
        """
        import torchaudio
        def f(p):
            if p.endswith("mp3"):
                torchaudio.set_audio_backend("sox_io")
            return torchaudio.load(p)
    """,
        "TAC103",
    ),
    stays(
        "the call is in a function of its own",
        """
        import torchaudio
        def f(p):
            torchaudio.set_audio_backend("soundfile")
            return lambda: torchaudio.load(p)
    """,
        "TAC103",
    ),
    stays(
        "another set in between, in a branch",
        """
        import torchaudio
        def f(p):
            torchaudio.set_audio_backend("soundfile")
            if p:
                torchaudio.set_audio_backend("sox_io")
            return torchaudio.load(p)
    """,
        "TAC103",
    ),
)


test_decisions = table(
    stays(
        "2.9: a test of its failure",
        """
        import pytest, torchaudio
        def test():
            with pytest.raises(RuntimeError):
                torchaudio.set_audio_backend("sox_io")
    """,
        "TAC103",
        target="2.9",
    ),
)


test_it_stays_and_it_is_said_why = table(
    said(
        "a body that would be left empty, with a comment inside",
        "a comment stands inside the statement",
        'import torchaudio\ndef f(): torchaudio.set_audio_backend(  # why\n    "sox_io")\n',
    ),
)


test_what_is_left_with_nothing_to_decide_goes = table(
    *(
        changes(name, f"import sys, torchaudio\ndef f(a):\n{code}    return 1\n", f"import sys, torchaudio\ndef f(a):\n{rest}    return 1\n", target="2.9")
        for name, code, rest in (
            ("an if", f"    if a.fast:\n        {SET}", ""),
            ("an if with an else", f"    if a.fast and sys.platform != 'win32':\n        {SET}    else:\n        {SET}", ""),
            ("a ladder", f"    if a:\n        {SET}    elif a == 2:\n        {SET}    else:\n        {SET}", ""),
            ("one inside another", f"    if a:\n        if not a.b:\n            {SET}", ""),
            ("a comment", f"    if a:\n        # fast\n        {SET}", "    # fast\n"),
            ("a test that does something", f"    if a():\n        {SET}", "    if a():\n        pass\n"),
            ("a test of an item", f"    if a[0]:\n        {SET}", "    if a[0]:\n        pass\n"),
            ("an arm that does more", f"    if a:\n        {SET}    else:\n        b()\n", "    if a:\n        pass\n    else:\n        b()\n"),
            (
                "the last arm of a ladder",
                f"    if a:\n        b()\n    elif a == 2:\n        {SET}",
                "    if a:\n        b()\n    elif a == 2:\n        pass\n",
            ),
        )
    ),
)  # fmt: skip


@pytest.mark.parametrize(
    "name", ["by the configuration", "by an entry point", "by an entry point of setup.py", "by a conftest.py", "by a conftest.py, one"]
)
def test_a_plugin_of_pytest_sets_before_each_test(name: str) -> None:
    hook = "import torchaudio\ndef pytest_runtest_setup(item):\n    torchaudio.set_audio_backend('soundfile')\n"
    test = "import torchaudio\ntorchaudio.set_audio_backend('sox_io')\ndef test_it():\n    torchaudio.load('a')\n"
    files = {
        "by the configuration": {"pytest.ini": "[pytest]\naddopts = -p plug\n"},
        "by an entry point": {"pyproject.toml": '[project.entry-points.pytest11]\nown = "plug"\n'},
        "by an entry point of setup.py": {"setup.py": 'setup(entry_points={"pytest11": ["own = plug"]})\n'},
        "by a conftest.py": {"conftest.py": "pytest_plugins = ['other', 'plug']\n"},
        "by a conftest.py, one": {"conftest.py": "pytest_plugins = 'plug'\n"},
    }[name]
    put({**files, "plug.py": hook, "test_it.py": test})
    assert [one.partition(" more than one backend is set")[0] for one in said_of()] == ["plug.py:3:5: TAC103", "test_it.py:2:1: TAC101"]
