"""Programs that are not edited, and the processes they start."""

import os
import pathlib
import py_compile
import re
import shutil
import subprocess
import sys
import zipapp

import pytest

import compat.cli
from compat._version import __version__
from compat.diagnosis import mends
from tests.codemod.commands import put
from tests.conftest import ASSETS, Python, printed
from tests.doctor.worlds import plant
from tests.tables import table

_PROGRAM = """
import concurrent.futures, functools, multiprocessing, pickle, sys
import torch, torchaudio

PATH = {path!r}
torchaudio.set_audio_backend("soundfile")

def where(_):
    import torchaudio
    return torchaudio.__version__, torchaudio.get_audio_backend(), torchaudio.load(PATH)[0].shape[1]

class Files(torch.utils.data.Dataset):
    def __len__(self):
        return 4
    def __getitem__(self, i):
        return torchaudio.load(PATH)[0]

if __name__ == "__main__":
    print(sys.argv[1:])
    for method in ("fork", "forkserver"):
        with multiprocessing.get_context(method).Pool(1) as pool:
            print(method, pool.map(where, [0])[0])
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(1, mp_context=context) as pool:
        print("executor", pool.submit(where, 0).result())
    loader = torch.utils.data.DataLoader(Files(), batch_size=4, num_workers=1)
    print("loader", [tuple(batch.shape) for batch in loader])
    piece = pickle.loads(pickle.dumps(functools.partial(torchaudio.load, num_frames=3)))
    print(tuple(piece(PATH)[0].shape))
"""


def test_workers_of_every_kind_are_under_the_shim(forked: Python) -> None:
    """Forked, of a fork server, spawned by an executor, of a data loader; and functions pickle by name.

    A data loader whose workers are spawned is in ``streams/augmentation.py``.
    """
    put({"train.py": _PROGRAM.format(path=str(ASSETS / "mono_s16.wav"))})
    done = forked("-m", "compat.run", "--version", "2.0", "--backends", "soundfile", "train.py", "--epochs", "3")
    said = "('2.0.2+compat', 'soundfile', 2000)"
    assert done.stdout.splitlines() == [
        "['--epochs', '3']",
        f"fork {said}",
        f"forkserver {said}",
        f"executor {said}",
        "loader [(4, 1, 2000)]",
        "(1, 3)",
    ], done.stderr


def test_a_module_runs_too_and_its_status_is_ours(python: Python) -> None:
    """``-m`` finds modules in the current folder, as Python does."""
    put({"tool.py": "import sys, torchaudio; print(torchaudio.__version__, sys.argv[1:]); sys.exit(7)\n"})
    done = python("-m", "compat.run", "--version", "2.1", "-m", "tool", "a", "-b")
    assert (done.returncode, done.stdout.strip()) == (7, "2.1.2+compat ['a', '-b']"), done.stderr


def test_pytest_runs_under_it(python: Python) -> None:
    put({"test_old.py":
        "import torchaudio\ndef test_old():\n    torchaudio.set_audio_backend('soundfile')\n    assert torchaudio.get_audio_backend() == 'soundfile'\n"
    })  # fmt: skip
    done = python("-m", "compat.run", "--version", "2.0", "-m", "pytest", "-q", "-p", "no:cacheprovider")
    assert "1 passed" in done.stdout, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--version", "1.0", __file__], "there is no release '1.0'"),
        (["pytest", "-q"], "there is no file 'pytest'; for a module write -m pytest, to run a command set TORCHAUDIO_COMPAT_AUTO instead"),
        (["--version", "2.0", os.path.dirname(__file__)], "is a folder without __main__.py; name the script to run"),
        ([], "the following arguments are required: SCRIPT\n"),
    ],
)
def test_a_wrong_command_line_says_why(python: Python, arguments: list[str], words: str) -> None:
    done = python("-m", "compat.run", *arguments)
    assert done.returncode == 2
    assert words in done.stderr


# a program that fails, and what its standard error ends with
FAILING = {
    "an error": ("def inner():\n    raise ValueError('mine')\n\ninner()\n", "ValueError: mine"),
    "an error that followed another": ("try:\n    1 / 0\nexcept ZeroDivisionError:\n    raise KeyError('two')\n", "KeyError: 'two'"),
    "Ctrl-C": ("raise KeyboardInterrupt\n", "KeyboardInterrupt"),
    "a group": ("raise ExceptionGroup('several', [ValueError(1)])\n", "+------------------------------------"),
    "a syntax error": ("x = (\n", "SyntaxError: '(' was never closed"),
    "its own hook": (
        "import sys, traceback\nsys.excepthook = lambda k, v, t: print('hook', *traceback.extract_tb(t), file=sys.stderr)\n1 / 0\n",
        "line 3 in <module>>",
    ),
    "a call of ours": ("import torchaudio\ntorchaudio.load('/nonexistent.wav')\n", "'/nonexistent.wav'"),
}


# how the program in the current folder is named
FORMS = {"script": ["tool.py"], "folder": ["."], "module": ["-m", "tool"]}
# the console command has its own folder first on the path, and not the working folder
CONSOLE = "import os, sys; sys.path[0] = os.path.dirname(sys.executable); import compat.cli; sys.exit(compat.cli.main({}))"


@pytest.mark.parametrize(
    ("form", "case"),
    [*(("script", case) for case in FAILING), *((form, case) for form in ("module", "folder") for case in ("an error", "a syntax error"))],
)
def test_a_traceback_begins_with_the_frames_of_the_program(python: Python, form: str, case: str) -> None:
    """As if Python had run it, also for a hook of the program's own."""
    program, end = FAILING[case]
    put(dict.fromkeys(("__main__.py", "tool.py"), program))
    told = python(code=CONSOLE.format(["run", *FORMS[form]])).stderr
    frames = re.findall(r'File "([^"]+)", line|FrameSummary file ([^,]+),', told)
    assert os.path.samefile(os.path.dirname("".join(frames[0])), "."), told
    assert "runpy" not in told
    assert "compat/run.py" not in told
    assert end in told.strip().splitlines()[-1], told


SEEN = "import os, sys\nprint(__file__, os.path.abspath(sys.argv[0]), sys.argv[1:], __name__, __package__, [p for p in sys.path if os.getcwd() in os.path.abspath(p)])\n"


@pytest.mark.parametrize(
    "arguments",
    [
        *(["tool.py", "x"], ["-m", "pack.tool"], ["pack"], ["link.py"], ["linked/tool.py"]),
        *(["app.pyz", "x"], ["tool.pyc"], ["-", "x"]),
    ],
)
def test_a_program_sees_of_itself_what_it_sees_under_python(arguments: list[str], python: Python) -> None:
    """Its own file by its whole path, so that it may change the folder; and its own folder alone on the path."""
    put(dict.fromkeys(("tool.py", "pack/tool.py", "pack/__main__.py"), SEEN))
    os.symlink("pack/tool.py", "link.py")
    os.symlink("pack", "linked")
    zipapp.create_archive("pack", "app.pyz")
    py_compile.compile("tool.py", cfile="tool.pyc", doraise=True)
    plain, run = (printed(python(*before, *arguments, input=SEEN)) for before in ([], ["-m", "compat.run"]))
    assert run == plain


def test_a_nul_in_a_program_is_told_with_its_file(python: Python) -> None:
    put({"tool.py": "x = 'a\0b'\n"})
    assert "tool.py" in python("-m", "compat.run", "tool.py").stderr.splitlines()[-1]


def test_an_end_by_ctrl_c_has_the_status_that_python_gives(python: Python) -> None:
    """A shell tells by it that the user stopped the program."""
    put({"tool.py": "raise KeyboardInterrupt\n"})
    plain, run = python("tool.py"), python("-m", "compat.run", "tool.py")
    assert (run.returncode, run.stderr) == (plain.returncode, plain.stderr)


@pytest.mark.parametrize(
    ("form", "name"),
    [*(("script", name) for name in ("compat", "legacy", "dispatcher", "others")), ("module", "dispatcher"), ("folder", "dispatcher")],
)
def test_a_module_of_the_program_that_is_called_as_ours_is_told_of(python: Python, name: str, form: str) -> None:
    """It runs, as long as it does not import it."""
    put({**dict.fromkeys(("__main__.py", "tool.py"), "import torchaudio; print(torchaudio.__version__)\n"), f"{name}.py": ""})
    done = python(code=CONSOLE.format(["run", *FORMS[form]]))
    assert done.stdout == "2.2.2+compat\n", done.stderr
    assert done.stderr.count(os.path.abspath(f"{name}.py")) == (name != "others")


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A virtual environment with this project's file beside the installed packages, and what it needs from ours."""
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    site = next((folder / "lib").glob("python*/site-packages"))
    root = pathlib.Path(compat.__file__).parents[1]
    paths = [str(root), *(path for path in sys.path if path.endswith("site-packages"))]
    (site / "paths.pth").write_text("\n".join(paths))
    (site / "zz_auto.pth").write_text((root / "compat" / "torchaudio_compat_auto.pth").read_text())
    return str(folder / "bin" / "python")


_IN_A_CHILD = "print(subprocess.run([sys.executable, '-c', {}], capture_output=True, text=True).stdout)"


# a program in that environment, the variables, and what it prints, word for word
@table(
    "code, variables, wanted",
    {
        "import torchaudio is enough, in child processes as well; torch is not imported for it": (
            "import subprocess, sys, torchaudio; print(torchaudio.get_audio_backend(), torchaudio.__version__, 'torch' in sys.modules); "
            "from torchaudio.backend import soundfile_backend as b; print(b.load is torchaudio.load); "
            + _IN_A_CHILD.format("'import torchaudio; print(torchaudio.__version__)'"),
            {"TORCHAUDIO_COMPAT_AUTO": "2.0", "TORCHAUDIO_COMPAT_BACKENDS": "soundfile"},
            "soundfile 2.0.2+compat False True 2.0.2+compat",
        ),
        "a program may install another release, and uninstalling leaves no stand-in behind": (
            "import compat, sys; t = compat.install('2.1', backends=['soundfile']); print(t.__version__); compat.uninstall(); print('torchaudio' in sys.modules)",
            {"TORCHAUDIO_COMPAT_AUTO": "2.0"},
            "2.1.2+compat False",
        ),
        "functions pickle into other processes by a name that can be imported anywhere": (
            "import pickle, subprocess, sys; from compat import torchaudio as t; d = pickle.dumps(t.load); "
            + _IN_A_CHILD.format("f'import pickle; print(pickle.loads({d!r}).__module__)'"),
            {},
            "compat.torchaudio",
        ),
        "without the variable nothing is loaded": ("import sys; print('compat' in sys.modules)", {}, "False"),
        "where it names no release, programs without torchaudio are left alone": ("print(1)", {"TORCHAUDIO_COMPAT_AUTO": "nonsense"}, "1"),
    },
)
def test_a_variable_puts_any_program_under_it(environment: str, code: str, variables: dict[str, str], wanted: str) -> None:
    done = subprocess.run([environment, "-c", code], env=variables, capture_output=True, text=True, check=False)
    assert done.stdout.split() == wanted.split(), done.stderr


def test_a_variable_that_names_no_release_says_so_at_the_import(environment: str) -> None:
    variables = {"TORCHAUDIO_COMPAT_AUTO": "nonsense"}
    done = subprocess.run([environment, "-c", "import torchaudio"], env=variables, capture_output=True, text=True, check=False)
    assert "there is no release 'nonsense'" in done.stderr


def test_without_torch_it_says_what_to_install(python: Python) -> None:
    done = python("-c", "import sys; sys.modules['torch'] = None; from compat import run; sys.exit(run.main(['x.py']))")
    assert done.returncode == 1
    assert "-m pip install torch" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_package_runs_the_same_commands(python: Python) -> None:
    assert python("-m", "compat", "codemod", "--version").stdout.startswith("torchaudio-compat ")
    assert "there is no command 'codmod'" in python("-m", "compat", "codmod").stderr


# arguments, the status, and words on standard output, or on standard error where the status is one of failure
@table(
    "arguments, status, words",
    {
        "help": (["--help"], 0, ["run"]),
        "the version": (["--version"], 0, [__version__]),
        "a command that is none": (["nonsense"], 2, ["there is no command 'nonsense'", "usage"]),
        "help of the runner": (
            ["run", "--help"],
            0,
            ["usage: torchaudio-compat run", "choose 2.0 for code that sets a global backend", "There is no option -c"],
        ),
        "help of the codemod": (["codemod", "--help"], 0, ["usage: torchaudio-compat codemod"]),
        "help of the doctor": (["doctor", "--help"], 0, ["usage: torchaudio-compat doctor"]),
    },
)
def test_the_console_script_knows_its_commands(
    arguments: list[str], status: int, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        found = compat.cli.main(arguments)
    except SystemExit as end:
        found = end.code or 0
    said = capsys.readouterr()
    told = " ".join((said.err if status else said.out).split())
    assert (found, [each for each in words if each not in told]) == (status, [])


@pytest.mark.parametrize(
    ("platform", "gpu", "words", "not_words"),
    [
        ("linux", None, "for the CPU: ", ""),
        ("linux", "/usr/bin/nvidia-smi", "for the NVIDIA GPU of this machine: ", "whl/cpu"),
        ("darwin", None, "Install it: ", "whl/cpu"),
        ("win32", None, "Install it: ", "whl/cpu"),
    ],
)
def test_where_torch_is_missing_the_command_suits_the_machine(
    monkeypatch: pytest.MonkeyPatch, platform: str, gpu: str | None, words: str, not_words: str
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(shutil, "which", lambda name: gpu if name == "nvidia-smi" else None)
    said = mends.install_torch().sentence()
    assert words in said
    assert "pip install torch" in said
    assert not not_words or not_words not in said


NO_CUDNN = "raise ImportError('libcudnn.so.9: cannot open shared object file')"
NO_CUDNN_TOLD = r".*the torch that is installed does not import.*torch==2\.8\.0 --index-url https://download\.pytorch\.org/whl/cpu.*"


# the version and the text of a torch that stands before the real one, a program, and the last line of what is said,
# below a traceback or alone
@table(
    "version, torch, program, last, is_below",
    {
        "it does not import, for the program": ("2.8.0+cpu", NO_CUDNN, "import torch", NO_CUDNN_TOLD, True),
        "it does not import, for us": (
            "2.8.0+cpu",
            NO_CUDNN,
            f"import torchaudio; torchaudio.load({str(ASSETS / 'mono_s16.wav')!r})",
            NO_CUDNN_TOLD,
            True,
        ),
        "another module is missing": (
            "2.8.0",
            "raise ImportError('broken')",
            "import surely_not_installed",
            "ModuleNotFoundError: No module named 'surely_not_installed'",
            True,
        ),
        "it is too old": ("1.13.1", "", "print('ran')", r".*torch 1\.13\.1 is too old.*--upgrade torch.*", False),
    },
)
def test_what_is_wrong_with_torch_is_told_with_its_mend(
    version: str, torch: str, program: str, last: str, is_below: bool, python: Python
) -> None:
    plant(pathlib.Path("site"), f"torch {version}", torch)
    put({"old.py": program})
    done = python("-m", "compat.run", "old.py", PYTHONPATH=os.path.abspath("site"))
    assert (done.returncode, done.stdout) == (1, "")
    assert re.fullmatch(last, done.stderr.strip().splitlines()[-1])
    assert ("Traceback" in done.stderr) == is_below
    assert torch != NO_CUDNN or "ImportError: libcudnn.so.9" in done.stderr
