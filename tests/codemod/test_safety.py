"""What stands against a change: the tests of a user's project pass after it as before, whatever they put in a function's place."""

import sys
import types

import pytest

import compat
from compat.codemod.rewrite.changes import Draft, Replace
from compat.codemod.rule import Rule
from compat.codemod.rules import rules
from compat.codemod.run import engine
from compat.codemod.source.module import Module
from compat.codemod.uses.project import Project
from tests.codemod.commands import commands, row
from tests.codemod.tables import PROGRAM, project, rewrite, table

HEAD = "import torchaudio\n\n\ndef ask():\n    return "

# What a project calls, how its test puts a fake in that place, and what the test asserts of it.
FUNCTIONS = {
    "load_wav": (HEAD + "torchaudio.load_wav('a.wav')[0].shape[1]\n", "fake.assert_called_once_with('a.wav')"),
    "load": (HEAD + "torchaudio.load('a.wav', num_frames=0)\n", "fake.assert_called_once_with('a.wav', num_frames=0)"),
    "list_audio_backends": (HEAD + "'sox_io' in torchaudio.list_audio_backends(), list(torchaudio.list_audio_backends())\n", "assert fake.call_count == 2"),
    "initialize_sox": ("import torchaudio\n\n\ndef ask():\n    torchaudio.initialize_sox()\n", "fake.assert_called_once_with()"),
    "utils.sox_utils.set_buffer_size": (
        "import torchaudio\n\n\ndef ask():\n    torchaudio.utils.sox_utils.set_buffer_size(16000)\n",
        "fake.assert_called_once_with(16000)",
    ),
}  # fmt: skip
TEST = "import sys\nfrom unittest.mock import MagicMock, patch\n\nimport torchaudio\n\nimport audio\n\n\n"
WAYS = {
    "a decorator": '@patch("torchaudio.PATH", create=True)\ndef test_it(fake):\n    audio.ask()\n    ASSERT\n',
    "a context": 'def test_it():\n    with patch.object(OWNER, "NAME", create=True) as fake:\n        audio.ask()\n    ASSERT\n',
    "monkeypatch": "def test_it(monkeypatch):\n    fake = MagicMock()\n"
    '    monkeypatch.setattr(OWNER, "NAME", fake, raising=False)\n    audio.ask()\n    ASSERT\n',
    "monkeypatch, by its path": "def test_it(monkeypatch):\n    fake = MagicMock()\n"
    '    monkeypatch.setattr("torchaudio.PATH", fake, raising=False)\n    audio.ask()\n    ASSERT\n',
    "an assignment": "def test_it():\n    fake = OWNER.NAME = MagicMock()\n    audio.ask()\n    ASSERT\n",
    "all of it in sys.modules": "def test_it(monkeypatch):\n    fake = MagicMock()\n    monkeypatch.setitem(sys.modules, 'torchaudio', fake)\n"
    "    audio.torchaudio, real = fake, audio.torchaudio\n    audio.ask()\n    audio.torchaudio = real\n    fake = fake.PATH\n    ASSERT\n",
}


def outcome(files: dict[str, str], release: str) -> str:
    """What the test of a project gives under a release: nothing, or the error."""
    with compat.pinned(release):
        audio = types.ModuleType("audio")
        sys.modules["audio"] = audio
        try:
            exec(compile(files["audio.py"], "audio.py", "exec"), vars(audio))
            names = {}
            exec(compile(files["test_audio.py"], "test_audio.py", "exec"), names)
            test = names["test_it"]
            assert callable(test)
            with pytest.MonkeyPatch.context() as monkeypatch:
                test(*([monkeypatch] if "(monkeypatch)" in files["test_audio.py"] else []))
        except Exception as why:
            return f"{type(why).__name__}: {why}"
        finally:
            del sys.modules["audio"]
    return ""


@pytest.mark.parametrize("target", ["2.1", "2.2", "2.9"])
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("path", FUNCTIONS)
def test_the_users_tests_pass_before_and_after(path: str, way: str, target: str) -> None:
    code, asserted = FUNCTIONS[path]
    owner, _, name = f"torchaudio.{path}".rpartition(".")
    test = WAYS[way].replace("OWNER", owner).replace("NAME", name).replace("PATH", path).replace("ASSERT", asserted)
    before = {"audio.py": code, "test_audio.py": TEST + test}
    outcomes = rewrite(before, target, unsafe=True)
    after = {name: one.text for name, one in outcomes.items()}
    assert outcome(before, "2.0") == ""
    assert outcome(after, "2.0") == ""
    assert outcome(after, target) == outcome(before, target)
    assert after == before


def test_without_the_fake_each_of_them_is_changed() -> None:
    """So that the test above is one of the fakes, and not of code that nothing would change anyway."""
    for path, (code, _) in FUNCTIONS.items():
        changed = [rewrite({"audio.py": code}, target, unsafe=True)["audio.py"].changed for target in ("2.1", "2.2", "2.9")]
        assert any(changed), path


OF_NO_FUNCTION = ("TAC119", "TAC132")  # an environment variable, a new line
CALL = "import torchaudio\nx = torchaudio.load(filepath=p)\n"
SET = "import torchaudio\ntorchaudio.set_audio_backend('sox_io')\nx = torchaudio.load(p)\n"
OLDER = "import torchaudio\nx = torchaudio.load_wav(p)[1]\n"
# Other ways to put something in a function's place.
OTHERS = [
    ("several at once", CALL, "patch.multiple(torchaudio, load=fake)"),
    ("several at once, by its name", CALL, 'patch.multiple("torchaudio", load=fake)'),
    ("a name that is worked out", CALL, "setattr(torchaudio, name, fake)"),
    ("a dict of modules by keyword", CALL, 'patch.dict("sys.modules", torchaudio=fake)'),
    ("its namespace", CALL, 'vars(torchaudio)["load"] = fake'),
    ("its dict", CALL, 'torchaudio.__dict__["load"] = fake'),
    ("its dict, updated", CALL, "torchaudio.__dict__.update(load=fake)"),
    ("its namespace, updated", CALL, 'vars(torchaudio).update({"load": fake})'),
    ("its special method", CALL, 'torchaudio.__setattr__("load", fake)'),
    ("by way of sys.modules", CALL, 'sys.modules["torchaudio"].load = fake'),
    ("by way of an import", CALL, 'importlib.import_module("torchaudio").load = fake'),
    ("a path that is kept", CALL, 'TARGET = "torchaudio.load"'),
    ("mockito", CALL, "when(torchaudio).load(...).thenReturn(1)"),
    ("flexmock", CALL, 'flexmock(torchaudio).should_receive("load")'),
    ("mocker", CALL, 'mocker.patch.object(torchaudio, "load", autospec=True)'),
    ("a spy", CALL, 'mocker.spy(torchaudio, "load")'),
    ("taken away", CALL, "del torchaudio.load"),
    ("the whole of it, in the module that imports it", CALL, 'monkeypatch.setattr(program, "torchaudio", fake)'),
    ("the whole of it, assigned there", CALL, "program.torchaudio = fake"),
    ("its package", "import torchaudio\nx = torchaudio.backend.sox_io_backend.load(p)\n", 'patch("torchaudio.backend")'),
    ("what the change would call instead", OLDER, 'patch("torchaudio.load")'),
    ("the setter", SET, 'patch("torchaudio.set_audio_backend")'),
    ("the setter, by its other path", SET, 'patch("torchaudio.backend.utils.set_audio_backend")'),
    ("the call that a setter governs", SET, 'patch("torchaudio.load")'),
    ("an import that goes", "from torchaudio import set_audio_backend\n", 'patch("program.set_audio_backend")'),
    ("where it is imported", "from torchaudio import load\nx = load(filepath=p)\n", 'patch("program.load")'),
    ("by an alias there", "import torchaudio as ta\nx = ta.load(filepath=p)\n", 'patch("program.ta.load")'),
    ("the alias itself", "import torchaudio as ta\nx = ta.load(filepath=p)\n", 'monkeypatch.setattr("program.ta", fake)'),
    ("beside its module", "from torchaudio import load\nx = load(filepath=p)\n", 'monkeypatch.setattr(program, "load", fake)'),
    ("beside its module under another name", "from torchaudio import load\nx = load(filepath=p)\n", 'import program as p; patch.object(p, "load")'),
    ("by a name of what is imported", "import torchaudio as ta\nx = ta.load(filepath=p)\n", "lib = importlib.import_module('torchaudio'); lib.load = fake"),
    ("assigned in its module", "from torchaudio import load\nx = load(filepath=p)\n", "program.load = fake"),
    *(
        (f"where it is imported: {line}", "from torchaudio import load\nx = load(filepath=p)\n", line)
        for line in (
            'patch.object(program, attribute="load", new=fake)',
            "patch.multiple(program, load=fake)",
            'patch.multiple("program", load=fake)',
            'patch.dict(program.__dict__, {"load": fake})',
            'monkeypatch.setattr(importlib.import_module("program"), "load", fake)',
            'monkeypatch.setattr(sys.modules["program"], "load", fake)',
            'monkeypatch.setattr("program" + ".load", fake)',
            'monkeypatch.setitem(vars(program), "load", fake)',
            'vars(program)["load"] = fake',
            'one = program; monkeypatch.setattr(one, "load", fake)',
            'sys.modules["program"].load = fake',
            "program.__dict__.update(load=fake)",
            'NAME = "load"; monkeypatch.setattr(program, NAME, fake)',
            'AUDIO = "program"; patch(f"{AUDIO}.load")',
            'patch("program.lo" + "ad")',
            'patch("%s.load" % program.__name__)',
            'setattr(program, "lo" + "ad", fake)',
            "patch.object(program, NAME)",
            "for name, one in fakes: monkeypatch.setattr(program, name, one)",
            "patch.multiple(program, **fakes)",
            'patch.multiple("program", **fakes)',
            "patch.multiple(program, info=fake, **fakes)",
            "patch.dict(vars(program), fakes)",
            'patch.dict("program.__dict__", fakes)',
            "vars(program)[NAME] = fake",
            "vars(program).update(fakes)",
            "names = program.__dict__; names.update(fakes)",
            "program.read.__globals__[NAME] = fake",
            'types.FunctionType(program.read.__code__, {"load": fake})',
            "patch.object(target=program, attribute=NAME)",
            "patch.multiple(\n    program,\n    load = fake,\n)",
            "when(program).load(...).thenReturn(1)",
            "expect(program, times=1).load(...)",
            "when2(program.load, ...)",
            'flexmock(program).should_receive("load")',
            "flexmock(program, load=fake)",
            'wrapt.wrap_function_wrapper("program", "load", fake)',
            'def swap(one, name): setattr(one, name, fake)\nswap(program, "load")',
        )
    ),
    *(
        (f"torchaudio itself: {line}", CALL, line)
        for line in (
            "setattr(torchaudio, 'lo' + 'ad', fake)",
            "setattr('torchaudio.lo' + 'ad', fake)",
            "patch.multiple(torchaudio, **fakes)",
            "vars(torchaudio)[NAME] = fake",
            "patch.dict(vars(torchaudio), fakes)",
            "names = torchaudio.__dict__",
            "when2(torchaudio.load, ...)",
            "swap('torchaudio.load', fake)",
            "swap('torchaudio', 'load', fake)",
            "swap(torchaudio, load=fake)",
            "swap(torchaudio, NAME)",
            "fakes = [(torchaudio, 'load', fake)]",
            "fakes = {'torchaudio.load': fake}",
            "lib = torchaudio; lib.load = fake",
            "for lib in (torchaudio, other): setattr(lib, 'load', fake)",
            "exec(code, {'torchaudio': fake})",
            "object.__setattr__(torchaudio, 'load', fake)",
            "functools.partial(setattr, torchaudio)('load', fake)",
            "functools.partial(setattr, torchaudio, 'load')(fake)",
            "sys.modules[torchaudio.__name__].load = fake",
            "__import__(torchaudio.__name__).load = fake",
            "patch('{}.{}'.format(torchaudio.__name__, 'load'))",
            "patch(f'{torchaudio.__name__}.load')",
            "patch(f'torchaudio.{NAME}')",
            "patch(torchaudio.__name__ + '.load')",
            "sys.modules.update({'torchaudio': fake})",
            "sys.modules.update(torchaudio=fake)",
            "wrapt.wrap_function_wrapper('torchaudio', 'load', fake)",
        )
    ),
]  # fmt: skip


HEAD_OF_TEST = "import importlib, sys\nimport torchaudio\nfrom unittest.mock import patch\nimport program\n"
IMPORTED = "from torchaudio import load\nx = load(filepath=p)\n"
ALIAS = "import torchaudio as ta\nx = ta.load(filepath=p)\n"
test_other_ways_to_replace_it = table(
    *(
        project(name, {PROGRAM: source, "test_it.py": f"{HEAD_OF_TEST}{line}\n"}, says={PROGRAM: " test_it.py:"})
        for name, source, line in OTHERS
    )
)
test_what_replaces_something_else_is_no_matter = table(
    *(
        project(
            line,
            {PROGRAM: source, "test_it.py": f"import torchaudio\nfrom unittest.mock import patch\n{line}\n"},
            {PROGRAM: source.replace("filepath=", "uri=")},
            left={PROGRAM: []},
        )
        for source, line in (
            (CALL, 'patch("torchaudio.functional.resample")'),
            (CALL, 'patch("torchaudio.info")'),
            (CALL, 'patch("other.load")'),
            (CALL, "torchaudio.load.cache = {}"),
            (CALL, 'vars(torchaudio).get("load")'),
            (CALL, "vars(other).update(load=1)"),
            (IMPORTED, 'NAME = "load"; setattr(other, NAME, 1)'),
            (IMPORTED, 'setattr(other, "load", 1)'),
            (ALIAS, 'patch("program.data")'),
            (CALL, "fake = MagicMock(spec=torchaudio)"),
            (CALL, "importlib.reload(torchaudio)"),
            (CALL, 'doctest_namespace["torchaudio"] = torchaudio'),
            (CALL, "pool.map(torchaudio.load, files)"),
            (CALL, "setattr(other, 'load', torchaudio.load)"),
            (CALL, "vars(torchaudio)['other'] = 1"),
            (IMPORTED, "import program; importlib.reload(program)"),
            (IMPORTED, "import program; setattr(other, NAME, 1)"),
            (IMPORTED, "import program; setattr(program.other, NAME, 1)"),
            (IMPORTED, "import program; vars(program)['other'] = 1"),
            (IMPORTED, "import program; setattr(program, 'other', 1)"),
            (IMPORTED, "from data import program_x\nf(program, 1)"),
            (IMPORTED, "f('program', 1)"),
            (IMPORTED, "import program\nexpect(program.read('a'), 1)"),
            (IMPORTED, "import program; patch.object(program, attribute='other')"),
            (CALL, "import program\ntry: f()\nexcept ImportError:\n    torchaudio = None"),
            (CALL, "pytest.raises(RuntimeError, match='torchaudio')"),
            (CALL, "warnings.filterwarnings('ignore', module='torchaudio')"),
            (CALL, "importlib.util.find_spec('torchaudio')"),
            (CALL, "importlib.metadata.version('torchaudio')"),
            (CALL, "caplog.set_level(10, logger='torchaudio')"),
            (CALL, "say(f'torchaudio {version}')"),
        )
    )
)
test_files_that_do_not_speak_of_torchaudio_may_replace_it = commands(
    *(
        row(
            name,
            "--check --format concise .",
            {"program.py": ALIAS, "test_it.py": f"import program\n{line}\n"},
            1,
            "(see test_it.py:2:1)",
            never="changed (",
        )
        for name, line in (
            ("by an alias", 'patch("program.ta.load")'),
            ("by a path that is built", 'patch(f"{PACKAGE}.program.ta")'),
            ("by a constant that is built", 'TARGET = f"{PACKAGE}.program.ta.load"; patch(TARGET)'),
            ("beside its module", 'def test(monkeypatch): monkeypatch.setattr(program, "ta", fake)'),
            ("assigned in its module", "program.ta = fake"),
            ("by the result of a call", 'def test(monkeypatch): monkeypatch.setattr(importlib.import_module("program"), "ta", fake)'),
            ("by a keyword", 'def test(): patch.multiple("program", ta=fake)'),
            ("in its namespace", 'def test(monkeypatch): monkeypatch.setitem(vars(program), "ta", fake)'),
            ("with a type", "program.ta: object = fake"),
            ("with a type, in brackets", "(program.ta).load: object = fake"),
            ("with another", "program.ta.load, other = fakes"),
            ("with an operator", "program.ta |= fake"),
            ("by with", "with fake() as program.ta.load: pass"),
            ("by a loop", "for program.ta in fakes: pass"),
            ("deleted", "del program.ta.load"),
            ("beside its alias", 'patch.object(program.ta, "load")'),
            ("in the namespace of its alias", 'vars(program.ta)["load"] = fake'),
            ("by a name of its alias", "setattr(program.ta, NAME, fake)"),
            ("by mockito", "when(program.ta).load(...)"),
        )
    )
)


PATCHES = "import names, program\ndef test(mocker): mocker.patch(names.LOAD, fake)\n"
test_a_test_may_replace_what_another_file_names = commands(
    *(
        row(
            name,
            "--check --format concise .",
            {"program.py": source, "test_it.py": test, "names.py": names},
            1,
            "(see names.py:",
            never="changed (",
        )
        for name, test, source, names in (
            ("a path of torchaudio", PATCHES, CALL, 'LOAD = "torchaudio.load"\n'),
            ("a dict", "def test(m):\n    for one in names.FAKES: m.setattr(*one)\n", CALL, 'FAKES = {"torchaudio.load": 1}\n'),
        )
    )
)


@pytest.mark.parametrize("rule", [pytest.param(rule, id=rule.id) for rule in rules().values() if rule.after])
def test_no_rule_can_forget(rule: Rule) -> None:
    """Where all of torchaudio is replaced nothing of an example changes, unless no function of it has a part in the change."""
    entries = ["example.py"] if rule.id == "TAC132" else []
    assert rewrite({"example.py": rule.before}, rule.shown_target, unsafe=True, entries=entries)["example.py"].changed
    fake = 'from unittest.mock import patch\n\n\n@patch("example.torchaudio")\ndef test_it(fake):\n    pass\n'
    files = {"example.py": rule.before, "test_example.py": fake}
    changed = rewrite(files, rule.shown_target, unsafe=True, entries=entries)["example.py"].changed
    assert changed == (rule.id in OF_NO_FUNCTION)


def test_a_draft_says_what_it_touches() -> None:
    with pytest.raises(TypeError, match="touches="):
        Draft((0, 1), "reason", changes=(Replace(0, 1, "x"),))


def run_rule(source: str, draft: Draft, **options: str) -> str:
    """The text after a round of a rule that proposes one draft, as long as the first line is there."""

    def check(module: Module, project: Project) -> list[Draft]:
        return [draft] if module.text.text == source else []

    rule = Rule(**{**vars(rules()["TAC110"]), "id": "TAC199", "check": check})
    module = Module("a.py", source)
    [found] = engine.run(Project([module], **options), [rule], unsafe=False)
    return found.text


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("a release test", "import torchaudio\nif torchaudio.__version__ < '2.1':\n    x = torchaudio.load(p)\nelse:\n    x = 1\n"),
        ("a comment", "import torchaudio\nx = torchaudio.load(p)  # compat: ignore\n"),
        ("a comment after another one", "import torchaudio\nx = torchaudio.load(p)  # noqa: E501  # compat: ignore\n"),
        ("a comment for the rule", "import torchaudio\nx = torchaudio.load(p)  # compat: ignore[TAC199]\n"),
        ("a mock", "import torchaudio\nx = torchaudio.load(p)\npatch('torchaudio.load')\n"),
        ("another release installed", "import torchaudio\nimport compat\ncompat.install('2.0')\nx = torchaudio.load(p)\n"),
    ],
)
def test_a_new_rule_is_refused_by_the_engine_alone(name: str, source: str) -> None:
    start = source.index("load(p)")
    for touches in ((), ("torchaudio.load",)):
        draft = Draft((start, start + 4), "a new rule", changes=(Replace(start, start + 4, "open"),), touches=touches)
        assert run_rule(source, draft) == source, "where the text changes, and what it says itself"
    away = source.index("x = ")
    draft = Draft((away, away + 1), "a new rule", changes=(Replace(away, away + 1, "y"),), touches=("torchaudio.load",))
    assert run_rule(source, draft) == source, "what it says itself"


test_a_comment_on_any_line_that_would_change_keeps_it = table(
    project("of three lines the last", {PROGRAM: "import torchaudio\nsi, ei = torchaudio.info(p)\nrate = si.rate  # compat: ignore\n"})
)
