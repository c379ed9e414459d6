"""Make the commands that mend, for this machine; ``failures.toml`` and the checks name them."""

import functools
import importlib.metadata
import os
import pathlib
import re
import shutil
import sys
import tomllib
from collections.abc import Callable, Mapping
from typing import Any

from packaging.specifiers import SpecifierSet

from compat.commands import data_files, shell
from compat.commands.shell import Line
from compat.diagnosis import dists, machine, pairs
from compat.diagnosis.findings import Mend

Groups = Mapping[str, str]
_CONDA_NAMES = {"torch": "pytorch"}
# variables that lead the loader to libraries
LOADER = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH")


def reinstall(package: str, *, dependencies: bool = False) -> Mend:
    """Reinstall a package in the version and build that it has, if this project can use it."""
    if package == "libsox":
        return Mend("Install libsox again", library("libsox.so", again=True).commands)
    found = dists.first(package)
    if found is None and package not in {*dists.PACKAGES, *pairs.companions(), "torchcodec"}:
        return Mend(f"Report this as a bug of torchaudio-compat: no package contains {package}")
    if package == "torchaudio" and found is not None and _is_for_another_torch(found):
        return matched_pair()
    if found is not None and found.installer == "conda":
        name = _CONDA_NAMES.get(package, package)
        return Mend(
            f"Install {package} again",
            machine.by_conda(
                "install", "--force-reinstall", f"{name}={pairs.public(found.version)}"
            ),
        )
    usable = pairs.companions().get(package, "")
    wanted = f"{package}{usable}"
    if found is not None and SpecifierSet(usable).contains(found.version, prereleases=True):
        wanted = f"{package}=={pairs.public(found.version)}"
    source = from_index(found) if package in ("torch", "torchaudio") else ()
    without = () if dependencies or found is None else ("--no-deps",)
    return Mend(
        f"Install {package} again, without pip's cache",
        _over(package, "--no-cache-dir", *without, wanted, *source),
    )


def _over(package: str, *arguments: str) -> tuple[Line, ...]:
    """Return the command that installs over a package, also where pip alone could not.

    pip removes one set of metadata of several, and stops at one that is damaged or has no RECORD.
    """
    copies = dists.copies(package)
    beside = [copy for copy in copies if copy.root == copies[0].root]
    stuck = [
        str(copy.info)
        for copy in beside
        if not copy.is_removable and copy.installer in ("", "pip", "uv") and machine.is_venv()
    ]
    return shell.chain(
        *([machine.removing(*stuck)] if stuck else []),
        *[machine.uninstall(package)] * (len(beside) - len(stuck) - 1),
        machine.pip("--force-reinstall", *arguments),
    )


def from_index(copy: dists.Copy | None) -> tuple[str, ...]:
    """Return the options of pip that take a package in the build of an installed one."""
    return ("--index-url", pairs.index(copy.build)) if copy is not None and copy.build else ()


def _torch() -> tuple[dists.Copy | None, pairs.Pair | None]:
    """Return the installed torch, and its row in the table of pairs."""
    torch = dists.first("torch")
    return torch, pairs.of_torch(torch.version) if torch is not None else None


def _is_for_another_torch(torchaudio: dists.Copy) -> bool:
    """Return whether this torchaudio is made for another torch, or another build, than installed.

    Reinstalling the same one would not help then.
    """
    torch, row = _torch()
    other = pairs.of_torchaudio(torchaudio.version)
    if torch is None or row is None or other is None:
        return False
    return other.torchaudio != row.torchaudio or torchaudio.build != torch.build


def install_torch(*options: str) -> Mend:
    """Install torch in the build for this machine.

    PyPI's wheels are for CUDA on Linux, for the CPU on Windows, and for Apple's GPUs on macOS.

    Args:
        options: options of pip.
    """
    command = machine.pip(*options, "torch")
    if not sys.platform.startswith("linux"):
        return Mend("Install it", command)
    if shutil.which("nvidia-smi"):
        return Mend("Install it, for the NVIDIA GPU of this machine", command)
    return Mend(
        f"Install it, for an NVIDIA GPU with {shell.told(command)}, otherwise for the CPU",
        machine.pip(*options, "torch", "--index-url", pairs.index("cpu")),
    )


def install(package: str) -> Mend:
    """Install a missing package in a version that suits this project."""
    if package == "torch":
        return install_torch()
    return Mend(
        f"Install {package}", machine.pip(f"{package}{pairs.companions().get(package, '')}")
    )


def matched_pair() -> Mend:
    """Install the torchaudio made for the installed torch and its build.

    If no torchaudio is made for it, install both again.
    """
    (torch, row), torchaudio = _torch(), dists.first("torchaudio")
    if torch is None or row is None:
        return Mend(
            "Install both from one index",
            machine.pip("--upgrade", "--force-reinstall", "torch", "torchaudio"),
        )
    if torch.installer == "conda":
        names = f"pytorch={pairs.public(torch.version)}", f"torchaudio={row.torchaudio}"
        return Mend(
            f"Install the torchaudio made for torch {torch.version}",
            machine.by_conda("install", "-c", "conda-forge", *names),
        )
    source = from_index(torch)
    commands = [*_over("torchaudio", "--no-deps", f"torchaudio=={row.torchaudio}", *source)]
    other = pairs.of_torchaudio(torchaudio.version) if torchaudio else None
    either = ""
    if other is not None and other != row:
        commands += machine.pip(f"torch{other.torch}", *source)
        either = " (or the torch made for this torchaudio)"
    return Mend(
        f"Install the torchaudio made for torch {torch.full_version}{either}", tuple(commands)
    )


def without(package: str, roots: tuple[pathlib.Path, ...]) -> Mend:
    """Remove surplus copies of a package; for another environment's copy, say what to change."""
    led = {root: _what_leads_to(root) for root in roots}
    commands = tuple(
        line for root, words in led.items() if not words for line in _removal(package, root)
    )
    text = f"Let Python find only one copy of {package}"
    if commands:
        text = f"Keep one copy of {package} and remove the others"
    return Mend(": ".join(filter(None, (text, "; ".join(filter(None, led.values()))))), commands)


def _what_leads_to(root: pathlib.Path) -> str:
    """Say what to change so that Python does not search a folder of another environment or project.

    Return an empty string if the copy may be removed.
    """
    for folder in dists.folders():
        for path in sorted(folder.glob("*.pth")):
            for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), 1):
                if _names(line, folder, root):
                    return f"take line {number} out of {path}, which leads to {root}"
    own = [pathlib.Path(prefix).resolve() for prefix in (sys.prefix, sys.base_prefix)]
    for parent in root.parents:
        if (parent / "pyvenv.cfg").is_file() or (parent / "conda-meta").is_dir():
            words = f"take {root} off PYTHONPATH: it is of the environment {parent}"
            return "" if parent in own else words
    return ""


def _names(line: str, folder: pathlib.Path, root: pathlib.Path) -> bool:
    """Return whether a line of a .pth file, a folder or code, adds a folder to the path."""
    if line.startswith(("import ", "import\t")):
        return str(root) in line
    is_folder = bool(line.strip()) and not line.startswith("#")
    return is_folder and (folder / line.strip()).resolve() == root


def _removal(package: str, root: pathlib.Path) -> tuple[Line, ...]:
    if root.resolve() in (
        pathlib.Path(path).resolve() for path in sys.path if path.startswith(sys.prefix)
    ):
        return machine.uninstall(package)
    info = next((copy.info for copy in dists.copies(package) if copy.root == root), None)
    paths = [str(path) for path in (root / package, info) if path is not None and path.exists()]
    return machine.removing(*(paths or [str(root / package)]))


def converted(path: str, rate: int = 0, text: str = "Convert it with the ffmpeg command") -> Mend:
    """Write a file that no backend reads whole as PCM beside it, at ``rate`` Hz if given."""
    made = str(pathlib.PurePath(path).with_suffix(".converted.wav"))
    rates = ("-ar", str(rate)) if rate else ()
    return Mend(text, shell.lines("ffmpeg", "-i", path, *rates, "-c:a", "pcm_s16le", made))


def shadow(path: str) -> Mend:
    """Rename a user's file that has the name of a package; leave those of an environment alone."""
    target = pathlib.Path(path)
    target = target.parent if target.name == "__init__.py" else target
    if target.parent.name.endswith("-packages"):
        return Mend(f"Take {target.parent} off Python's path (PYTHONPATH)")
    here = ", or run from another folder" if target.parent == pathlib.Path.cwd() else ""
    return Mend(f"Rename it{here}", machine.renaming(str(target), f"my_{target.name}"))


@functools.cache
def _libraries() -> dict[str, list[dict[str, Any]]]:
    return tomllib.loads(data_files.text("compat.diagnosis", "libraries.toml"))


def library(name: str, *, again: bool = False) -> Mend:
    """Install the system package that brings a shared library; ``again`` if that is damaged."""
    if re.match(r"lib(cudart|c10|torch(_\w+)?(?![a-z])|amdhip|cublas|cudnn)", name):
        return matched_pair()
    row = next((row for row in _libraries()["library"] if re.search(row["pattern"], name)), None)
    if row is None:
        search = {
            "apt-get": ("apt-file", "search"),
            "dnf": ("dnf", "provides"),
            "yum": ("yum", "provides"),
        }.get(machine.system_manager())
        return Mend(
            f"Install the package that contains {name}",
            shell.lines(*search, name) if search else (),
        )
    short = re.split(r"[-.]", name)[0]
    if sys.platform == "win32" and "windows" in row:
        variable, place = row["windows"]
        return Mend(
            f"Neither pip nor conda brings {short} as a library here; name one of 64 bits",
            machine.setting(variable, place),
        )
    return Mend(f"Install {short}", machine.system(row, again=again))


def _clean(package: str) -> Mend:
    if package not in ("torch", "torchaudio"):
        return reinstall(package)
    torch, row = _torch()
    names = ["torch", "torchaudio"]
    if torch is not None and row is not None:
        names = [f"torch=={pairs.public(torch.version)}", f"torchaudio=={row.torchaudio}"]
    anew = machine.pip("--no-cache-dir", *names, *from_index(torch))
    both = shell.chain(machine.uninstall("torch", "torchaudio"), anew)
    return Mend("Remove both, and install a matching pair", both)


def _half_there(module: str) -> Mend:
    place, copy = dists.origin(module), dists.first(module)
    if place is None:
        return Mend(f"Look for a file or folder called {module} beside the program, and rename it")
    return reinstall(module) if copy is not None and copy.holds(place) else shadow(place)


def _owner(package: str, groups: Groups) -> Mend:
    """Reinstall the owner of a damaged library; it may not be the package that failed to import."""
    wanting, module = groups.get("library", ""), groups.get("module", "")
    top = _below_path(wanting) or module
    owner = _distribution_of(top) or _DISTRIBUTIONS.get(top, top * (top in dists.PACKAGES))
    if not owner and pathlib.Path(wanting).is_absolute():
        folder = os.path.dirname(wanting)
        for name in LOADER:
            if folder in map(os.path.normpath, os.environ.get(name, "").split(os.pathsep)):
                return Mend(f"Take {folder} out of {name}", machine.unset(name))
        return Mend(
            f"{wanting} belongs to no Python package: install it again from its source",
            library(pathlib.Path(wanting).name, again=True).commands,
        )
    return reinstall(owner or package)


def _distribution_of(top: str) -> str:
    """Return the distribution that brings a module or site-packages folder, or an empty string."""
    stem = top.removesuffix(".libs").partition(".")[0]
    found = importlib.metadata.packages_distributions().get(stem, [])
    return found[0] if found else ""


def _older_release(package: str, groups: Groups) -> Mend:
    wanting = groups.get("library", "")
    if wanting and not _below_path(wanting):
        newer = (
            machine.by_conda("install", "-c", "conda-forge", "libstdcxx-ng")
            if machine.is_conda()
            else ()
        )
        return Mend(
            f"{wanting} is not a Python package. It found an older C++ library than it "
            "needs: install the newer one",
            newer,
        )
    package = _distribution_of(_below_path(wanting)) or package
    found = dists.first(package)
    older = machine.pip(f"{package}<{pairs.public(found.version)}" if found else package)
    by_conda = (
        machine.by_conda("install", "-c", "conda-forge", _CONDA_NAMES.get(package, package))
        if machine.conda()
        else ()
    )
    return Mend(
        f"Use an older {package}, a newer system, or conda's build, which contains its own C++ "
        "library",
        (*by_conda, *older),
    )


def _below_path(place: str) -> str:
    """Return the first part of a path below the entry of ``sys.path`` that holds it.

    The entry may be a link; the result is empty if no entry holds the path.
    """
    path = pathlib.Path(place)
    folders = [
        folder
        for folder in (*map(pathlib.Path, sys.path), *dists.folders())
        if folder.is_absolute() and path != folder and path.is_relative_to(folder)
    ]
    if not folders:
        return ""
    return path.relative_to(max(folders, key=lambda folder: len(folder.parts))).parts[0]


def _numpy(package: str, *, newer: bool) -> Mend:
    if newer:
        usable = pairs.companions().get("numpy", "")
        return Mend("Install a newer numpy", machine.pip("--upgrade", f"numpy{usable}"))
    since = " (2.3 or later)" if package == "torch" else ""
    return Mend(
        f"Install numpy 1.x, or a newer {package}{since}",
        (*machine.pip("numpy<2"), *machine.pip("--upgrade", package)),
    )


def _fitting_numpy(package: str) -> Mend:
    found = dists.first("numpy")
    if found is None:
        return install("numpy")
    return _numpy(package, newer=int(found.version.partition(".")[0]) < 2)


def _nvidia_packages() -> Mend:
    anew = reinstall("torch", dependencies=True).commands
    text = "install torch with the nvidia packages of its own release"
    if os.environ.get("LD_LIBRARY_PATH"):
        return Mend(
            f"Unset LD_LIBRARY_PATH; if that is not enough, {text}",
            (*machine.unset("LD_LIBRARY_PATH"), *anew),
        )
    return Mend(text.capitalize(), anew)


def _build_for_cpu(wanted: str) -> tuple[Line, ...]:
    return machine.pip("--force-reinstall", "--no-deps", wanted, "--index-url", pairs.index("cpu"))


def _driver() -> Mend:
    torch = dists.first("torch")
    wanted = f"torch=={pairs.public(torch.version)}" if torch else "torch"
    return Mend("Install NVIDIA's driver, or torch for the CPU", _build_for_cpu(wanted))


_MKL = "mkl<2024.1"

# every function takes the package whose import failed and the groups of the message's pattern
TABLE: dict[str, Callable[[str, Groups], Mend]] = {
    "matched-pair": lambda package, groups: matched_pair(),
    "reinstall": lambda package, groups: reinstall(package),
    "reinstall-with-dependencies": lambda package, groups: reinstall(package, dependencies=True),
    "clean-reinstall": lambda package, groups: _clean(package),
    "older-numpy": lambda package, groups: _numpy(package, newer=False),
    "one-installer": lambda package, groups: Mend(
        "Install torch and numpy with one installer, in a new environment",
        shell.lines(machine.python(), "-m", "venv", "fresh"),
    ),
    "older-release": _older_release,
    "newer-numpy": lambda package, groups: _numpy(package, newer=True),
    "fitting-numpy": lambda package, groups: _fitting_numpy(package),
    "owner": _owner,
    "nvidia-packages": lambda package, groups: _nvidia_packages(),
    "older-mkl": lambda package, groups: Mend(
        "Install MKL 2024.0",
        machine.by_conda("install", _MKL) if machine.is_conda() else machine.pip(_MKL),
    ),
    "driver": lambda package, groups: _driver(),
    "torchcodec-needs": lambda package, groups: Mend(
        "Call compat.install(), which needs no TorchCodec; or install FFmpeg, or the TorchCodec "
        "made for this torch",
        (
            *machine.system(dict.fromkeys(("apt", "dnf", "brew", "conda"), "ffmpeg")),
            *machine.pip("--upgrade", "torchcodec"),
        ),
    ),
    "torchcodec-cpu": lambda package, groups: Mend(
        "Call compat.install(), which needs no TorchCodec; or install the build for the CPU",
        _build_for_cpu("torchcodec"),
    ),
    "visual-runtime": lambda package, groups: Mend(
        "Install the newest Visual C++ runtime; if that is not enough, import torch before "
        "all other packages",
        shell.lines("winget", "install", "--exact", "--id", "Microsoft.VCRedist.2015+.x64"),
    ),
    "import-first": lambda package, groups: Mend(
        f"Import {package} before everything else in your program"
    ),
    "paging-file": lambda package, groups: Mend(
        "Enlarge the paging file (System, Advanced, Performance, Virtual memory), or free memory"
    ),
    "more-memory": lambda package, groups: Mend(
        "Free memory, or raise the limit of the container or batch job"
    ),
    "libsox": lambda package, groups: library("libsox.so"),
    "libsndfile": lambda package, groups: Mend(
        "Install soundfile's wheel, which contains libsndfile, or install the system's library",
        (*reinstall("soundfile").commands, *library("libsndfile.so.1").commands),
    ),
    "without-torchcodec": lambda package, groups: Mend(
        "Call compat.install(), which needs neither; or install TorchCodec",
        machine.pip("torchcodec"),
    ),
    "shadow": lambda package, groups: _half_there(groups.get("module", package)),
    "install-module": lambda package, groups: _install_module(groups.get("module", "")),
    "system-library": lambda package, groups: library(
        pathlib.PurePath(groups.get("library") or groups.get("image") or "").name
    ),
    "hang": lambda package, groups: Mend(
        f"See where it stopped; if that file is not {package}'s own, move it away, else "
        f"install {package} again",
        reinstall(package).commands,
    ),
}

# module -> distribution, where the names differ
_DISTRIBUTIONS = {
    "yaml": "pyyaml",
    "_cffi_backend": "cffi",
    "PIL": "pillow",
    "cv2": "opencv-python",
}


def _install_module(module: str) -> Mend:
    top = module.partition(".")[0]
    name = _DISTRIBUTIONS.get(top, top)
    known = top in _DISTRIBUTIONS or name in pairs.companions() or name in dists.PACKAGES
    return install(name)._replace(guessed=not known)


def named(name: str, package: str = "torchaudio", groups: Groups | None = None) -> Mend:
    """Return the mend with this name in the table, for the package whose import failed."""
    return TABLE[name](package, groups or {})
