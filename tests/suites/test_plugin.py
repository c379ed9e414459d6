"""The pytest plugin, by real runs of pytest; those of one release in this process."""

import importlib
import os
import sys

import pytest

import compat
from compat.observation import trace
from tests.tables import table

# a run in this process forgets what it imports first, and libraries cannot be imported twice
for name in ("compat.suites.session", "numpy", "torch", "av", "soundfile"):
    importlib.import_module(name)
pytest_plugins = ["pytester"]
PLUGIN = ("-p", "compat.suites.plugin")


@pytest.fixture(autouse=True)
def _no_other_plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that are installed are imported anew by each run in this process, which takes seconds."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


# what differs is decided when the module is imported, which a switch of releases in one process would not show
SUITE = """
import multiprocessing, os, warnings
import pytest
import torchaudio
from torchaudio import load

VERSION = torchaudio.__version__
HAS_SETTER = hasattr(torchaudio, "set_audio_backend")
if HAS_SETTER:
    torchaudio.set_audio_backend("soundfile")

@pytest.fixture(scope="session")
def shared(tmp_path_factory):
    return torchaudio.__version__, tmp_path_factory.mktemp("shared")

def test_setter():
    assert HAS_SETTER

@pytest.mark.parametrize("name", ["missing.wav"])
def test_bound(name, shared, torchaudio):
    assert shared[0] == VERSION == torchaudio.__version__
    with pytest.raises((OSError, RuntimeError)):
        load(name)

class TestOld:
    def test_getter(self):
        warnings.warn("told")
        print("printed")
        assert torchaudio.get_audio_backend() == "soundfile"

def _version(_):
    return VERSION, torchaudio.__version__

@pytest.mark.skipif(HAS_SETTER, reason="one release shows it")
def test_spawned():
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.map(_version, [0]) == [(VERSION, VERSION)]

def test_dies():
    if VERSION.startswith("2.9"):
        os._exit(3)

if VERSION.startswith("2.9"):
    def test_new():
        assert not HAS_SETTER
"""

TWO_TESTS = "def test_first(): pass\ndef test_second(): pass\n"
OLD_IMPORT = f"from torchaudio import info\n{TWO_TESTS}"
OLD_CALL = f"import torchaudio\ntorchaudio.set_audio_backend('soundfile')\n{TWO_TESTS}"


def test_each_release_has_a_process_and_imports_of_its_own(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is bound, chosen or warned of at import is that release's; the summary says what differs."""
    monkeypatch.setenv("TORCHAUDIO_COMPAT_BACKENDS", "soundfile")  # the fewer are opened, the sooner
    pytester.makepyfile(test_suite=SUITE, test_import=OLD_IMPORT, test_call=OLD_CALL)
    pytester.makeini("[pytest]\ntorchaudio = 2.0, 2.9\n")
    done = pytester.runpytest_inprocess(*PLUGIN, "-v", "-rA")
    done.assert_outcomes(passed=11, failed=3, errors=4, skipped=1, warnings=2)
    lines = (
        "torchaudio: 2.0, 2.9 (torchaudio-compat); each in a process of its own, collected under 2.0",
        "test_suite.py::test_bound?2.0-missing.wav? PASSED*",
        "test_suite.py::test_dies?2.9? FAILED*",
        "test_suite.py::test_new?2.9? PASSED*",
        "*ModuleNotFoundError: torchaudio.info is gone since torchaudio 2.9*",
        "*the process of torchaudio 2.9 ended with status 3*",
        "test_suite.py::TestOld::test_getter?2.9?",
        "*UserWarning: told",
        "=* torchaudio: 8 of 9 tests differ between 2.0, 2.9 =*",
        "test_suite.py::test_setter: passed under 2.0; failed under 2.9",
        "test_import.py::test_second: passed under 2.0; error under 2.9",
    )
    for line in lines:
        done.stdout.fnmatch_lines([line])
    # of a file that cannot be imported, the first test shows where, and each one why
    assert done.stdout.str().count("test_import.py:1: in <module>") == 1
    assert done.stdout.str().count("E   ModuleNotFoundError: torchaudio.info is gone") == 2
    assert done.stdout.str().count("test_import.py:1: in <module>") == 1
    assert "torchaudio" not in sys.modules

    again = pytester.runpytest_inprocess(*PLUGIN, "--lf", "-q", "-k", "TestOld")
    again.assert_outcomes(failed=1, warnings=1, deselected=7)


def test_a_process_that_does_not_start_is_tried_once(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TORCHAUDIO_COMPAT_BACKENDS", "soundfile")
    pytester.makepyfile(
        "import os, torchaudio\nif torchaudio.__version__[:3] == '2.9':\n    open('starts', 'a').write('1')\n    os._exit(3)\n"
        "def test_a(): pass\ndef test_b(): pass\ndef test_c(): pass\n"
    )
    done = pytester.runpytest_inprocess(*PLUGIN, "--torchaudio=2.0,2.9")
    done.assert_outcomes(passed=3, failed=3)
    for name in "abc":
        done.stdout.fnmatch_lines([f"*torchaudio 2.9 ended with status 3, while it ran *::test_{name}?2.9?*"])
    assert (pytester.path / "starts").read_text() == "1"


def test_under_xdist_each_worker_has_its_processes(pytester: pytest.Pytester) -> None:
    """The summary is that of all workers; tests that only a later release has are told of, and fail the run."""
    pytester.makepyfile(
        "import torchaudio\nVERSION = torchaudio.__version__\ndef test_a(worker_id):\n    assert worker_id == 'gw0'\n"
        "def test_b():\n    assert VERSION[:3] == '2.0'\nif VERSION[:3] == '2.9':\n    def test_new(): pass\n"
    )
    done = pytester.runpytest_inprocess(*PLUGIN, "-p", "xdist", "-n1", "--torchaudio=2.0,2.9")
    done.assert_outcomes(passed=3, failed=1)
    done.stdout.fnmatch_lines(
        [
            "*::test_b: passed under 2.0; failed under 2.9",
            "*: these tests do not exist under 2.0, so xdist did not run them*",
            "*::test_new?2.9?",
        ]
    )
    assert done.ret == pytest.ExitCode.TESTS_FAILED


def test_a_marked_test_has_its_own_release_backends_and_flags(pytester: pytest.Pytester) -> None:
    """Whatever the session has; the nearest marker counts, and fixtures of the module are not shared."""
    pytester.makepyfile(
        """
        import pytest
        seen = []

        @pytest.fixture(scope="module")
        def version():
            import torchaudio
            yield torchaudio.__version__
            seen.append("torn down")

        def test_plain(version):
            assert version.startswith("2.1")

        @pytest.mark.torchaudio("2.2")
        class TestMarked:
            @pytest.mark.torchaudio("2.0", backends=["soundfile"], mixed_dialects=True)
            def test_own(self, version, torchaudio):
                import compat
                assert version == torchaudio.__version__ == "2.0.2+compat"
                assert torchaudio.list_audio_backends() == ["soundfile"]
                assert compat.release().mixed_dialects
                assert not seen
        """
    )
    done = pytester.runpytest_inprocess(*PLUGIN, "-v", "--torchaudio=2.1", "--torchaudio-record=trace.jsonl")
    done.assert_outcomes(passed=2)
    (seen,) = trace.read(str(pytester.path / "trace.jsonl"))
    assert (seen["name"], seen["release"], seen["calls"]) == ("list_audio_backends", "2.0", 1)
    done.stdout.fnmatch_lines(["*::test_plain PASSED*", "*::test_own?2.0-soundfile-mixed_dialects=True? PASSED*"])


@table(
    "arguments, wanted",
    {
        "each release": (("--torchaudio=2.0,2.9",), ["test_a[2.0-x]", "test_u[2.0]", "test_a[2.9-x]", "test_u[2.9]", "test_m[2.2]"]),
        "once each, patches and commas": (("--torchaudio=2.9.1,2.9", "--torchaudio=2.0"), 5),
        "all of them": (("--torchaudio=all", "-k", "test_u"), 5),
        "by a release": (("--torchaudio=2.0,2.9", "-k", "2.9"), ["test_a[2.9-x]", "test_u[2.9]"]),
        "by an id": (("--torchaudio=2.0,2.9", "test_it.py::test_a[2.9-x]"), ["test_a[2.9-x]"]),
        "one release": (("--torchaudio=2.0",), ["test_a[x]", "test_u", "test_m[2.2]"]),
        "none": ((), ["test_a[x]", "test_u", "test_m[2.2]"]),
        "the command line before the file": (("--torchaudio=2.0", "-o", "torchaudio=2.1,2.2"), 3),
    },
)
def test_the_ids_of_tests_name_the_release(pytester: pytest.Pytester, arguments: tuple[str, ...], wanted: int | list[str]) -> None:
    pytester.makepyfile(
        test_it="""
        import pytest, unittest
        @pytest.mark.parametrize("a", ["x"])
        def test_a(a): pass
        class TestU(unittest.TestCase):
            def test_u(self): pass
        @pytest.mark.torchaudio("2.2")
        def test_m(): pass
        """
    )
    done = pytester.runpytest_inprocess(*PLUGIN, "--collect-only", "-q", *arguments)
    found = [line.rpartition("::")[2] for line in done.outlines if "::" in line]
    assert (found if isinstance(wanted, list) else len(found)) == wanted, done.stdout.str()


MARKED = "import pytest\n@pytest.mark.torchaudio({})\ndef test_a(): pass\n"


@table(
    "arguments, suite, words",
    {
        "a release": (("--torchaudio=1.0",), "", "--torchaudio: there is no release '1.0'; the releases are 2.0, 2.1, 2.2, 2.3,"),
        "nothing": (("--torchaudio=",), "", "--torchaudio: name a release (--torchaudio=2.0)"),
        "in the file": (("-o", "torchaudio=2.0 3.0"), "", "the ini option torchaudio*: there is no release '3.0'"),
        "a debugger and several": (("--torchaudio=2.0,2.2", "--pdb"), "", "--pdb needs one release: --torchaudio=2.0"),
        "a plan, and no debugger": (
            ("--torchaudio=2.0,2.2", "--setup-plan", "-p", "no:debugging"),
            "",
            "--setup-plan needs one release: --torchaudio=2.0",
        ),
        "a release in a marker": ((), MARKED.format("'7'"), "*::test_a: @pytest.mark.torchaudio: there is no release '7'"),
        "a flag in a marker": ((), MARKED.format("'2.0', nonsense=1"), "*torchaudio: there is no flag 'nonsense'; the flags are"),
        "a value in a marker": ((), MARKED.format("'2.0', global_backend=7"), "*torchaudio: global_backend=7 is none of"),
        "a backend in a marker": ((), MARKED.format("backends=['lame']"), "*torchaudio: there is no backend 'lame'; the backends are"),
    },
)
def test_what_there_is_not_is_a_usage_error(pytester: pytest.Pytester, arguments: tuple[str, ...], suite: str, words: str) -> None:
    pytester.makepyfile(suite)
    done = pytester.runpytest_inprocess(*PLUGIN, *arguments)
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    done.stderr.fnmatch_lines([f"ERROR: {words}*"])
    assert "torchaudio" not in sys.modules


def test_one_release_is_in_force_before_conftests_and_gone_afterwards(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """In this process, where a debugger works; what was installed before is there again."""
    monkeypatch.setenv("TORCHAUDIO_COMPAT_BACKENDS", "soundfile")
    compat.install("2.2")
    pytester.makeconftest("from torchaudio import load, __version__ as version\nassert version == '2.0.2+compat'\n")
    pytester.makepyfile(
        """
        import os
        def test_it(torchaudio):
            assert torchaudio.get_audio_backend() == "soundfile"
            assert os.environ["TORCHAUDIO_COMPAT_AUTO"] == "2.0"
        """
    )
    pytester.runpytest_inprocess(*PLUGIN, "--torchaudio=2.0").assert_outcomes(passed=1)
    assert compat.release().name == "2.2"
    compat.uninstall()
    assert "TORCHAUDIO_COMPAT_AUTO" not in os.environ
    assert os.environ["TORCHAUDIO_COMPAT_BACKENDS"] == "soundfile"


def test_without_a_release_the_fixture_installs_the_default_for_its_test(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import sys
        def test_with(torchaudio):
            assert torchaudio.__version__ == "2.2.2+compat"
            assert sys.modules["torchaudio"] is torchaudio
        def test_without():
            assert "torchaudio" not in sys.modules
        """
    )
    pytester.runpytest_inprocess(*PLUGIN).assert_outcomes(passed=2)


def test_it_is_found_by_its_name_and_can_be_left_out_by_it(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    assert pytester.parseconfig().getoption("torchaudio") is None
    assert not hasattr(pytester.parseconfig("-p", "no:torchaudio_compat").option, "torchaudio")


def test_the_plugin_loads_nothing_until_it_is_asked_for(pytester: pytest.Pytester) -> None:
    """Each pytest in the environment loads it."""
    pytester.makepyfile(
        """
        import sys
        def test_it():
            ours = {name for name in sys.modules if name.partition(".")[0] in ("compat", "legacy", "dispatcher", "torch", "numpy")}
            assert ours == {"compat", "compat.suites", "compat.suites.plugin"}
        """
    )
    pytester.runpytest_subprocess(*PLUGIN).assert_outcomes(passed=1)
