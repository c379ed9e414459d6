"""The table of messages: each known failure is told apart, and gets its own mend."""

import pathlib
import re
import sysconfig

import pytest

from compat.diagnosis import explain, machine, mends
from compat.diagnosis.findings import Mend
from tests.tables import table

NO_FILE = "cannot open shared object file: No such file or directory"

# message, cause; the words are those that users post
MESSAGES = {
    "numpy API": ("RuntimeError: module compiled against API version 0x10 but this version of numpy is 0xe", "numpy-too-old"),
    "numpy ABI, built for 2": (
        "RuntimeError: module compiled against ABI version 0x2000000 but this version of numpy is 0x1000009",
        "numpy-too-old",
    ),
    "numpy ABI, built for 1": (
        "RuntimeError: module compiled against ABI version 0x1000009 but this version of numpy is 0x2000000",
        "numpy-too-new",
    ),
    "a name that numpy 2 removed": (
        "AttributeError: `np.float_` was removed in the NumPy 2.0 release. Use `np.float64` instead.",
        "numpy-too-new",
    ),
    "numpy C-API": (
        "RuntimeError: module was compiled against NumPy C-API version 0x13 (NumPy 2.1) but the running NumPy has C-API version 0x12.",
        "numpy-too-old",
    ),
    "numpy dtype": (
        "ValueError: numpy.dtype size changed, may indicate binary incompatibility. Expected 96 from C header, got 88 from PyObject",
        "numpy-too-old",
    ),
    "numpy._core": ("ModuleNotFoundError: No module named 'numpy._core'", "numpy-too-old"),
    "numpy alone": ("ImportError: numpy.core.multiarray failed to import", "numpy-does-not-fit"),
    "numpy 2 alone": ("ImportError: numpy._core._multiarray_umath failed to import", "numpy-does-not-fit"),
    "nccl": ("ImportError: /x/torch/lib/libtorch_cuda.so: undefined symbol: ncclCommShrink", "old-nccl"),
    "nccl of 2.5": ("ImportError: /x/torch/lib/libtorch_cuda.so: undefined symbol: ncclCommInitRankScalable", "old-nccl"),
    "mkl": ("ImportError: /x/torch/lib/libtorch_cpu.so: undefined symbol: iJIT_NotifyEvent", "new-mkl"),
    "nvjitlink": (
        "ImportError: /x/nvidia/cusparse/lib/libcusparse.so.12: undefined symbol: __nvJitLinkComplete_12_4, version libnvJitLink.so.12",
        "other-nvjitlink",
    ),
    "nvjitlink, added": ("ImportError: /x/libcusparse.so.12: undefined symbol: __nvJitLinkAddData_12_1", "other-nvjitlink"),
    "WinError 1114": (
        'OSError: [WinError 1114] A dynamic link library (DLL) initialization routine failed. Error loading "C:\\x\\torch\\lib\\c10.dll"',
        "dll-start",
    ),
    "DLL start": (
        "ImportError: DLL load failed while importing _C: A dynamic link library (DLL) initialization routine failed.",
        "dll-start",
    ),
    "another's DLL": (
        "ImportError: DLL load failed while importing _ssl: The specified module could not be found.",
        "missing-dll-of-another",
    ),
    "another's symbol": ("ImportError: /x/cv2/cv2.abi3.so: undefined symbol: _ZN2cv3MatD1Ev", "other-library"),
    "libcuda": (f"ImportError: libcuda.so.1: {NO_FILE}", "no-driver"),
    "file for the name": ("ImportError: cannot import name 'load' from 'torchaudio' (/home/x/torchaudio.py)", "shadowed"),
    "mangled symbol": (
        "OSError: /x/torchaudio/lib/libtorchaudio.so: undefined symbol: _ZN3c1017RegisterOperatorsD1Ev",
        "different-releases",
    ),
    "macOS symbol": ("ImportError: dlopen(/x/_torchaudio.so, 6): Symbol not found: __ZN2at4_ops5zeros4callE", "different-releases"),
    "WinError 127": ("OSError: [WinError 127] The specified procedure could not be found", "different-releases"),
    "aoti": ("OSError: /x/_torchaudio.abi3.so: undefined symbol: aoti_torch_abi_version", "torchaudio-newer-than-torch"),
    "library_impl": ("OSError: /x/_torchaudio.abi3.so: undefined symbol: torch_library_impl", "torchaudio-newer-than-torch"),
    "_library_impl": ("OSError: /x/torchaudio/lib/_torchaudio.so: undefined symbol: _torch_library_impl", "torchaudio-newer-than-torch"),
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
    "libtorchcodec": (
        "RuntimeError: Could not load libtorchcodec. Likely causes: FFmpeg is not properly installed",
        "torchcodec-does-not-load",
    ),
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
    "cffi": ("ModuleNotFoundError: No module named '_cffi_backend'", "no-cffi"),
    "package": ("ModuleNotFoundError: No module named 'typing_extensions'", "missing-package"),
    "any library": (f"ImportError: libgomp.so.1: {NO_FILE}", "missing-library"),
    "any image": ("ImportError: dlopen: Library not loaded: @rpath/libomp.dylib", "missing-library"),
}


def explained(text: str, package: str = "torchaudio") -> explain.Explanation:
    """What a message is taken for, which is something."""
    found = explain.message(text, package)
    assert found is not None
    return found


@table("text, cause", MESSAGES)
def test_a_message_has_its_cause(text: str, cause: str) -> None:
    found = explained(text)
    assert found.name == cause
    assert not re.search(r"[{}]", found.cause)
    assert found.mend.text or found.mend.commands


# a message of a neighbour: the package that failed, the words, and the cause that it must not be given
@table(
    "package, text, cause",
    {
        "another extension lacks torch's symbol": (
            "torchaudio",
            "ImportError: /x/flash_attn_2_cuda.so: undefined symbol: _ZN3c104cuda9SetDeviceEi",
            "different-releases",
        ),
        "torchvision": ("torchaudio", "OSError: /x/torchvision/_C.so: undefined symbol: torch_library_impl", "torchaudio-newer-than-torch"),
        "torchcodec": (
            "torchaudio",
            "OSError: /x/torchcodec/libtorchcodec_core7.so: undefined symbol: aoti_torch_x",
            "torchaudio-newer-than-torch",
        ),
        "a library of FFmpeg": ("av", "ImportError: /x/av.libs/libavcodec.so.61: undefined symbol: avformat_x", "different-releases"),
        "a name with at in it": (
            "soundfile",
            "OSError: /x/libsndfile.so: undefined symbol: FLAC__stream_encoder_set_metadata",
            "different-releases",
        ),
        "torch itself": (
            "torch",
            "ImportError: /x/torch/lib/libtorch_python.so: undefined symbol: _ZN2at4_ops5zerosE",
            "different-releases",
        ),
        "WinError 127 of soundfile": (
            "soundfile",
            "OSError: [WinError 127] The specified procedure could not be found",
            "different-releases",
        ),
        "WinError 127 of another DLL": (
            "torchaudio",
            'OSError: [WinError 127] x. Error loading "C:\\x\\av\\avutil.dll"',
            "different-releases",
        ),
        "libcurl is none of CUDA's": ("torch", f"ImportError: libcurl.so.4: {NO_FILE}", "incomplete-cuda"),
        "the driver is on no index": ("torch", f"ImportError: libcuda.so.1: {NO_FILE}", "incomplete-cuda"),
        "a path of CUDA's at the end of a line": ("torchaudio", "RuntimeError: loaded /usr/lib/libcudart.so", "mixed-builds"),
        "CUDA's library, wanted by another": ("av", f"ImportError: libcudart.so.12: {NO_FILE}", "mixed-builds"),
        "a page of another size is no damage": (
            "torch",
            "ImportError: /x/libgomp.so: ELF load command alignment not page-aligned",
            "truncated-file",
        ),
        "a package called nearly so": (
            "torchaudio",
            "ImportError: cannot import name 'x' from 'torchvision' (/x/site-packages/torchvision/__init__.py)",
            "missing-part",
        ),
        "a package that begins with av": (
            "av",
            "ImportError: cannot import name 'x' from 'avro.io' (/x/site-packages/avro/io.py)",
            "missing-part",
        ),
        "the real one is no shadow": (
            "torchaudio",
            "ImportError: cannot import name 'x' from 'torchaudio' (/x/site-packages/torchaudio/__init__.py)",
            "shadowed",
        ),
        "a release's API went on, which is too old": (
            "torch",
            "RuntimeError: module compiled against API version 0x10 but this version of numpy is 0xe",
            "numpy-too-new",
        ),
        "built for 1": (
            "torch",
            "RuntimeError: module compiled against ABI version 0x1000009 but this version of numpy is 0x2000000",
            "numpy-too-old",
        ),
        "a DLL of Python's": ("torchaudio", "ImportError: DLL load failed while importing _ssl: not found.", "missing-dll"),
        "a DLL of another package": (
            "torchaudio",
            'OSError: [WinError 126] x. Error loading "C:\\x\\_soundfile_data\\libsndfile.dll"',
            "missing-dll",
        ),
        "TorchCodec's CUDA is none of torchaudio's": (
            "torchaudio",
            "OSError: libnvrtc.so.13: cannot open shared object file",
            "torchcodec-for-cuda",
        ),
        "TorchCodec is there": ("torchcodec", "RuntimeError: Could not load libtorchcodec.", "no-torchcodec"),
        "a symbol of another's nccl": ("torch", "ImportError: /x/libtorch_cuda.so: undefined symbol: ncc_x", "old-nccl"),
    },
)
def test_a_neighbours_message_has_another_cause(package: str, text: str, cause: str) -> None:
    found = explain.message(text, package)
    assert found is None or found.name != cause


def test_numpy_too_old_is_told_with_what_follows() -> None:
    text = "module compiled against API version 0x10 but this version of numpy is 0xe\nImportError: numpy.core.multiarray failed to import"
    found = explained(text, "soundfile")
    assert found.name == "numpy-too-old"
    assert "numpy<2" not in found.sentence()
    assert re.search("--upgrade ['\"]?numpy", found.sentence())


# what a message names, and the package that is to be installed again: not the one that was imported when it was missed
@pytest.mark.parametrize(
    ("text", "package"),
    {
        "OSError: {site}/soundfile.py: file too short": "soundfile",
        "OSError: {site}/av/_core.abi3.so: file too short": "av",
        "OSError: {site}/numpy.libs/libscipy_openblas64_.so: file too short": "numpy",
        "OSError: {site}/torch/lib/libtorch_cpu.so: file too short": "torch",
        "ModuleNotFoundError: No module named 'av.codec'": "av",
        "ModuleNotFoundError: No module named '_cffi_backend'": "cffi",
        "ModuleNotFoundError: No module named 'soundfile.none'": "soundfile",
        "OSError: /usr/lib/x86_64-linux-gnu/libsox.so.3: file too short": "",  # none of Python's
    }.items(),
)
def test_what_is_damaged_has_its_own_package_installed_again(text: str, package: str) -> None:
    commands = explained(text.format(site=sysconfig.get_path("purelib"))).mend.commands
    if package := package:
        assert re.search(rf"\b{package}\b", commands[0])
        assert "torchaudio" not in commands[0]
    else:
        assert not [command for command in commands if "pip" in command]


def test_a_damaged_library_to_which_a_variable_leads(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> None:
    """Also below a folder in which Python finds modules, such as the working one."""
    monkeypatch.syspath_prepend(tmp_path)
    text = f"ImportError: {tmp_path}/lib/libgomp.so.1: file too short"
    assert "belongs to no Python package" in explained(text, "torch").mend.text
    monkeypatch.setenv("LD_LIBRARY_PATH", f"/elsewhere:{tmp_path}/lib/")
    assert explained(text, "torch").mend == Mend(f"Take {tmp_path}/lib out of LD_LIBRARY_PATH", machine.unset("LD_LIBRARY_PATH"))


@pytest.mark.parametrize("text", ["", "ValueError: 3", "KeyError: 'torch'", "RuntimeError: Expected 2D tensor", "OSError: disk full"])
def test_what_it_does_not_know_it_leaves_alone(text: str) -> None:
    assert explain.message(text) is None
    assert explain.import_failure(text) == ""


def test_every_row_is_reached_by_a_message() -> None:
    provoked = {cause for _, cause in MESSAGES.values()}
    assert {row["name"] for row in explain.table()["failure"] if row.get("package", "torchaudio") == "torchaudio"} == provoked


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
    """Missing from torch itself it is another cause."""
    assert "libcudart.so.12" in explained(f"OSError: libcudart.so.12: {NO_FILE}").cause
    assert explained(f"OSError: libcudart.so.12: {NO_FILE}", "torch").name == "incomplete-cuda"


def test_a_line_of_a_million_characters_takes_no_hours() -> None:
    assert explained(f"{'x' * 1_000_000}\nOSError: libcudart.so.12: {NO_FILE}").name == "mixed-builds"


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("RuntimeError: Could not load libtorchcodec. Likely causes:\nOSError: libnvrtc.so.13: " + NO_FILE, "torchcodec-for-cuda"),
        ("OSError: Could not load this library: /x/torchcodec/libtorchcodec_core4.so", "torchcodec-does-not-load"),
        ("OSError: /x/torchcodec/libtorchcodec_core7.so: undefined symbol: _ZN3c104WarnC1E", "torchcodec-for-another-torch"),
        ("OSError: /x/torchcodec/libtorchcodec_core8.so: undefined symbol: torch_call_dispatcher", "torchcodec-for-another-torch"),
        (
            "OSError: libavutil.so.59: " + NO_FILE + "\nRuntimeError: Could not load libtorchcodec. Likely causes:",
            "torchcodec-does-not-load",
        ),
    ],
)
def test_why_torchcodec_does_not_load(text: str, cause: str) -> None:
    found = explained(text, "torchcodec")
    assert found.name == cause
    assert "compat.install()" in found.mend.text


def test_an_exception_is_read_with_what_led_to_it() -> None:
    """A chain that goes in a circle ends."""
    why = OSError("Could not load this library: /x/_torchaudio.abi3.so")
    why.__cause__ = OSError("libc10_cuda.so: " + NO_FILE)
    text = explain.import_failure(why)
    assert "libc10_cuda.so" in text
    assert text.endswith("`.")
    assert "\n" not in text
    one, other = ValueError("one"), ValueError("other")
    one.__context__, other.__context__ = other, one
    assert explain.import_failure(one) == ""


def test_the_doctor_still_has_it_where_it_was() -> None:
    from compat import doctor

    assert doctor.explain is explain
