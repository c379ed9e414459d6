"""The table of messages: each known failure is told apart, and gets its own mend."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from compat.doctor import explain, mends

NO_FILE = "cannot open shared object file: No such file or directory"

# message, cause; the words are those that users post
MESSAGES = {
    "mangled symbol": (
        "OSError: /x/torchaudio/lib/libtorchaudio.so: undefined symbol: _ZN3c1017RegisterOperatorsD1Ev",
        "different-releases",
    ),
    "macOS symbol": ("ImportError: dlopen(/x/_torchaudio.so, 6): Symbol not found: __ZN2at4_ops5zeros4callE", "different-releases"),
    "WinError 127": ("OSError: [WinError 127] The specified procedure could not be found", "different-releases"),
    "aoti": ("OSError: /x/_torchaudio.abi3.so: undefined symbol: aoti_torch_abi_version", "torchaudio-newer-than-torch"),
    "library_impl": ("OSError: /x/_torchaudio.abi3.so: undefined symbol: torch_library_impl", "torchaudio-newer-than-torch"),
    "_library_impl": ("OSError: x.so: undefined symbol: _torch_library_impl", "torchaudio-newer-than-torch"),
    "libcudart": (f"OSError: libcudart.so.12: {NO_FILE}", "mixed-builds"),
    "libc10_cuda": (f"OSError: libc10_cuda.so: {NO_FILE}", "mixed-builds"),
    "libtorch_cuda_cpp": (f"OSError: libtorch_cuda_cpp.so: {NO_FILE}", "mixed-builds"),
    "libtorch_hip": (f"OSError: libtorch_hip.so: {NO_FILE}", "mixed-builds"),
    "could not load": ("OSError: Could not load this library: /x/torchaudio/lib/_torchaudio.abi3.so", "mixed-builds"),
    "cuda versions": (
        "RuntimeError: Detected that PyTorch and TorchAudio were compiled with different CUDA versions.",
        "different-cuda",
    ),
    "WinError 126": ('OSError: [WinError 126] The specified module could not be found. Error loading "libtorchaudio.pyd"', "missing-dll"),
    "pyd": (
        r"FileNotFoundError: Could not find module 'C:\x\torchaudio\lib\libtorchaudio.pyd' (or one of its dependencies)",
        "missing-dll",
    ),
    "DLL load failed": ("ImportError: DLL load failed while importing _torchaudio: the module was not found.", "missing-dll"),
    "libsox": (f"OSError: libsox.so: {NO_FILE}", "no-libsox"),
    "libsndfile": ("OSError: sndfile library not found using ctypes.util.find_library", "no-libsndfile"),
    "TorchCodec": ("ImportError: TorchCodec is required for load_with_torchcodec.", "no-torchcodec"),
    "libtorchcodec": ("RuntimeError: Could not load libtorchcodec. Likely causes: FFmpeg is not properly installed", "no-torchcodec"),
    "numpy 2": ("A module that was compiled using NumPy 1.x cannot be run in NumPy 2.1.0 as it may crash.", "numpy-too-new"),
    "too short": ("OSError: /x/libtorch_cpu.so: file too short", "truncated-file"),
    "ELF header": ("ImportError: /x/_C.so: invalid ELF header", "truncated-file"),
    "class": ("OSError: /x/_C.so: wrong ELF class: ELFCLASS32", "wrong-architecture"),
    "arm": ("ImportError: mach-o file, but is an incompatible architecture (have 'x86_64', need 'arm64')", "wrong-architecture"),
    "glibc": ("ImportError: /lib64/libc.so.6: version `GLIBC_2.28' not found (required by /x/libtorch.so)", "old-system"),
    "glibcxx": ("OSError: /lib/libstdc++.so.6: version `GLIBCXX_3.4.30' not found", "old-system"),
    "tls": ("ImportError: /x/libgomp.so.1: cannot allocate memory in static TLS block", "static-tls"),
    "paging": ("OSError: [WinError 1455] The paging file is too small for this operation to complete.", "no-paging-file"),
    "omp": ("OMP: Error #15: Initializing libiomp5.dylib, but found libiomp5.dylib already initialized.", "two-openmp"),
    "circular": (
        "AttributeError: partially initialized module 'torchaudio' has no attribute 'load' (most likely due to a circular import)",
        "shadowed",
    ),
    "part": ("ModuleNotFoundError: No module named 'torchaudio.lib._torchaudio'", "missing-part"),
    "package": ("ModuleNotFoundError: No module named 'typing_extensions'", "missing-package"),
    "any library": (f"ImportError: libgomp.so.1: {NO_FILE}", "missing-library"),
    "any image": ("ImportError: dlopen: Library not loaded: @rpath/libomp.dylib", "missing-library"),
}


@pytest.mark.parametrize("case", MESSAGES)
def test_a_message_has_its_cause(case: str) -> None:
    text, cause = MESSAGES[case]
    found = explain.message(text)
    assert found is not None
    assert found.name == cause
    assert not re.search(r"[{}]", found.cause)
    assert found.mend.text or found.mend.commands


@pytest.mark.parametrize("text", ["", "ValueError: 3", "KeyError: 'torch'", "RuntimeError: Expected 2D tensor", "OSError: disk full"])
def test_what_it_does_not_know_it_leaves_alone(text: str) -> None:
    assert explain.message(text) is None
    assert explain.import_failure(text) == ""


def test_every_row_is_reached_by_a_message() -> None:
    provoked = {cause for _, cause in MESSAGES.values()}
    assert {row["name"] for row in explain.table()["failure"] if "package" not in row} == provoked


def test_every_row_is_whole() -> None:
    for row in explain.table()["failure"]:
        assert set(row) - {"package"} == {"name", "pattern", "cause", "mend"}
        assert row["mend"] in mends.TABLE
        assert not row["cause"].endswith(".")
        groups = set(re.compile(row["pattern"]).groupindex) | {"library", "module"}
        assert set(re.findall(r"\{(\w+)\}", row["cause"])) <= groups
    for row in explain.table()["death"]:
        assert set(row) == {"how", "words", "cause", "mend"}
        assert row["mend"] in mends.TABLE


@pytest.mark.parametrize("name", mends.TABLE)
def test_every_mend_can_be_made(name: str) -> None:
    for package in ("torch", "torchaudio", "soundfile", "libsox"):
        mend = mends.named(name, package)
        assert all(command.strip() for command in mend.commands)


def test_the_missing_library_is_named() -> None:
    found = explain.message(f"OSError: libcudart.so.12: {NO_FILE}")
    assert found is not None
    assert "libcudart.so.12" in found.cause


def test_the_same_library_missing_from_torch_itself_is_another_cause() -> None:
    found = explain.message(f"OSError: libcudart.so.12: {NO_FILE}", "torch")
    assert found is not None
    assert found.name == "incomplete-cuda"


def test_an_exception_is_read_with_what_led_to_it() -> None:
    cause = OSError("libc10_cuda.so: " + NO_FILE)
    why = OSError("Could not load this library: /x/_torchaudio.abi3.so")
    why.__cause__ = cause
    text = explain.import_failure(why)
    assert "libc10_cuda.so" in text
    assert text.endswith("`.")
    assert "\n" not in text


def test_a_chain_that_goes_in_a_circle_ends() -> None:
    one, other = ValueError("one"), ValueError("other")
    one.__context__, other.__context__ = other, one
    assert explain.import_failure(one) == ""


def test_it_is_light() -> None:
    code = (
        "import sys; import compat.doctor.explain as explain; explain.import_failure('undefined symbol: _ZN'); "
        "print([name for name in ('torch', 'numpy', 'av', 'soundfile', 'rich', 'elftools', 'cffi') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
