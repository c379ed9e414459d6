"""What checks find in worlds that are hard to have: each is told of one, and nothing of it is there."""

import collections
import pathlib
import sys
import types
from typing import Any

import pytest

from compat.diagnosis.dists import Copy
from compat.diagnosis.findings import Finding
from compat.doctor import files, registry
from compat.doctor.child import Answer
from compat.doctor.probes import reading, resampling, round_trip
from compat.doctor.world import World
from tests.codemod.commands import put
from tests.conftest import ASSETS
from tests.tables import table

NAMES = ("ffmpeg", "sox", "soundfile")
NOWHERE = pathlib.Path("/nowhere/site-packages")


def copy(name: str, version: str, installer: str = "pip", suffix: str = ".dist-info", root: pathlib.Path = NOWHERE) -> Copy:
    return Copy(name, version, root, root / f"{name}-{version}{suffix}", installer)


class Told(World):
    """A world of packages with metadata, of packages that are merely found, and of answers by probe and task."""

    def __init__(self, *packages: Copy, found: tuple[str, ...] = (), answers: dict[tuple[str, Any], Answer] | None = None) -> None:
        super().__init__()
        self._packages = packages
        self._found = {*found, *(package.name for package in packages)}
        self._answers = answers or {}
        self.children.ask = lambda probe, task: self._answers[probe, task]  # type: ignore[method-assign]
        self.children.ask_all = self._ask_all  # type: ignore[method-assign]

    def _ask_all(self, tasks: Any, *, gated: bool = False) -> list[Answer]:
        keys = [(probe, task["backend"] if isinstance(task, dict) else task) for probe, task in tasks[1:]]
        return [Answer({}), *(self._answers[key] for key in keys)]

    def copies(self, package: str) -> list[Copy]:
        return [copy for copy in self._packages if copy.name == package]

    def importable(self, package: str) -> bool:
        return package in self._found


# A check, a world, and how the finding reads that is looked for. Besides, of this world: attributes that are others, variables, files, and
# a module that is missing.
Case = collections.namedtuple("Case", "check world status says cause plays env files missing", defaults=("", {}, {}, {}, ""))


def _answers(probe: str, **by_task: Answer) -> dict[tuple[str, Any], Answer]:
    return {(probe, task): answer for task, answer in by_task.items()}


def _python(*version: int, bits: int = 64) -> dict[str, Any]:
    """What says which Python it is."""
    told = types.SimpleNamespace(version_info=version, executable=sys.executable)
    return {"compat.doctor.checks.python.sys": told, "struct.calcsize": lambda _: bits // 8}


def _requires(requirement: str) -> dict[str, str]:
    """The metadata of an undocumented torchaudio."""
    text = f"Metadata-Version: 2.1\nName: torchaudio\nVersion: 2.99.0\nRequires-Dist: {requirement}\n"
    return {"torchaudio-2.99.0.dist-info/METADATA": text}


TONE = {"frames": 8000, "expected": 8000, "finite": True, "apart": 0.001}
TRIP = {"info": 1, "expected": 1, "apart": 0, "dtype": "int16", "shape": [2, 16000]}
AV = {"av": "15", "ffmpeg": "8", "libraries": {}, "licences": [], "decoders": ["mp3"], "encoders": ["mp3"]}
SOX = {"libsox": "14.4.2", "file": "/lib/libsox.so.3", "reads": ["wav", "flac", "ogg"], "writes": ["wav"]}
ABSENT = {"unavailable": "libsox is not found", "tried": ["libsox.so (no such file)"], "mend": "install"}


def _unavailable(name: str) -> Answer:
    return Answer({**ABSENT, "unavailable": f"no {name}"})


RESAMPLED = Answer(TONE)


def _resampled(torchaudio: Answer = RESAMPLED, ours: Answer = RESAMPLED) -> Told:
    answers = {**_answers("resampling", torchaudio=torchaudio, compat=ours), **_answers("importing", torchaudio=Answer({}))}
    return Told(copy("torchaudio", "2.8.0"), answers=answers)


def _codec(answer: Answer) -> Told:
    return Told(copy("torchaudio", "2.9.1"), copy("torchcodec", "0.9.0"), answers=_answers("torchcodec", decode=answer))


def _tripped(soundfile: Answer) -> Told:
    opens = {name: Answer({}) if name == "soundfile" else _unavailable(name) for name in NAMES}
    return Told(answers={**_answers("backend", **opens), **_answers("round_trip", soundfile=soundfile)})


USER_SITE = pathlib.Path(__file__).resolve().parent
OF_THE_USER = {"site.getusersitepackages": lambda: str(USER_SITE), "sys.path": [str(USER_SITE), *sys.path]}
HERE = pathlib.Path(sys.prefix)
BY_CONDA = {"compat.diagnosis.dists.conda_records": lambda: iter([("torch", "2.8.0", "py311_0")])}
OLD = Told(copy("torch", "2.5.1"))
YOUNG = Told(copy("torch", "2.99.0"), copy("torchaudio", "2.99.0", root=pathlib.Path()))
CASES = [
    Case("python", OLD, "error", "32", "32-bit-python", _python(3, 11, 0, bits=32)),
    Case("python", OLD, "warning", "3.14", "python-out-of-range", _python(3, 14, 0)),
    Case(
        "environment",
        Told(),
        "warning",
        "VIRTUAL_ENV names /elsewhere, and this Python is that of",
        "other-environment-active",
        env={"VIRTUAL_ENV": "/elsewhere"},
    ),
    Case(
        "installers",
        Told(copy("torch", "2.8.0", "conda"), copy("torchaudio", "2.8.0")),
        "warning",
        "torch was installed by conda, torchaudio by pip",
        "two-installers",
        BY_CONDA,
    ),
    Case(
        "installers",
        Told(copy("torch", "2.8.0", root=HERE), copy("torchaudio", "2.8.0", "conda")),
        "warning",
        "torch 2.8.0 by conda was overwritten with 2.8.0 by pip",
        "two-installers",
        BY_CONDA,
    ),
    Case(
        "installers",
        Told(copy("torch", "2.7.0", root=HERE), copy("torchaudio", "2.8.0", "conda")),
        "error",
        "torch 2.8.0 by conda was overwritten with 2.7.0 by pip",
        "two-installers",
        BY_CONDA,
    ),
    Case("environment", Told(copy("torch", "2.8.0", root=USER_SITE)), "note", f"torch from the user site {USER_SITE}", "", OF_THE_USER),
    Case("libraries", Told(), "skipped", "pyelftools", missing="elftools"),
    Case(
        "libraries", Told(), "skipped", "Linux only", "", {"compat.doctor.checks.libraries.sys": types.SimpleNamespace(platform="darwin")}
    ),
    Case("pair", YOUNG, "error", "torchaudio's own metadata requires torch==2.98.0", "mismatched-pair", files=_requires("torch==2.98.0")),
    # a line that is none is passed over
    Case("pair", YOUNG, "note", "are not a documented pair", files=_requires("torch (nonsense")),
    Case("pair", Told(found=("torch",)), "note", "torch has no metadata"),
    Case(
        "build",
        Told(copy("torch", "2.8.0+cu128"), copy("torchaudio", "2.8.0")),
        "note",
        "only one has a build tag: torch is built for CUDA 12.8",
    ),
    Case("torchcodec", Told(copy("torchaudio", "2.8.0")), "ok", "torchaudio 2.8.0 does without it"),
    Case("torchcodec", _codec(Answer({"encodes": True})), "ok", "TorchCodec 0.9.0 loads and decodes"),
    Case("torchcodec", _codec(Answer({"encodes": False})), "ok", "reads only"),
    Case(
        "torchcodec", _codec(Answer(raised="RuntimeError: it decodes 9 of 800 frames")), "warning", "9 of 800", "torchcodec-does-not-load"
    ),
    Case("torchcodec", _codec(Answer(died="SIGSEGV")), "error", "crashed", "sigsegv"),
    Case(
        "torchcodec",
        _codec(Answer(raised="OSError: libnvrtc.so.13: cannot open shared object file")),
        "warning",
        "for CUDA",
        "torchcodec-for-cuda",
    ),
    Case("files", Told(), "skipped", "none of the packages is installed with metadata"),
    Case("files", Told(copy("torch", "2.8.0", "conda")), "skipped", "torch has no RECORD (by conda)"),
    Case("files", Told(copy("torch", "2.8.0", "")), "skipped", "by an unknown installer"),
    Case("resampling", _resampled(Answer(died="SIGSEGV", stood_at=("here",))), "error", "torchaudio: it crashed", "sigsegv"),
    Case("resampling", _resampled(Answer(raised="ValueError: no")), "error", "torchaudio: ValueError: no", "resampling-failed"),
    Case(
        "resampling", _resampled(Answer({**TONE, "frames": 7999, "apart": None})), "error", "7999 samples instead of 8000", "wrong-samples"
    ),
    Case("resampling", _resampled(Answer({**TONE, "finite": False})), "error", "is not the tone", "wrong-samples"),
    Case("resampling", _resampled(Answer({**TONE, "apart": 0.5})), "error", "off by up to 0.5", "wrong-samples"),
    Case("resampling", _resampled(ours=Answer(raised="RuntimeError: x")), "error", "compat: RuntimeError: x", "resampling-failed"),
    Case("round-trip", _tripped(Answer(raised="RuntimeError: full")), "error", "soundfile: RuntimeError: full", "round-trip-failed"),
    Case("round-trip", _tripped(Answer({**TRIP, "info": 2})), "error", "soundfile: info reports 2", "wrong-header"),
    Case("round-trip", _tripped(Answer({**TRIP, "apart": 3})), "error", "up to 3 16-bit steps apart", "wrong-samples"),
    Case("round-trip", _tripped(Answer({**TRIP, "apart": None, "dtype": "float32"})), "error", "float32 [2, 16000]", "wrong-samples"),
    Case(
        "round-trip",
        Told(answers=_answers("backend", ffmpeg=_unavailable("av"), sox=_unavailable("libsox"), soundfile=Answer(died="SIGSEGV"))),
        "skipped",
        "no backend opens",
    ),
    Case("backend-ffmpeg", Told(answers=_answers("backend", ffmpeg=Answer(died="SIGSEGV"))), "error", "opening av crashed", "sigsegv"),
    Case("backend-ffmpeg", Told(answers=_answers("backend", ffmpeg=Answer(raised="KeyError: 1"))), "error", "the probe fails: KeyError: 1"),
    Case(
        "backend-ffmpeg",
        Told(answers=_answers("backend", ffmpeg=Answer({**AV, "no_decoders": ["opus"], "no_encoders": ["aac"]}))),
        "ok",
        "of the codecs in use, not opus, aac",
    ),
    Case("backend-sox", Told(answers=_answers("backend", sox=Answer(SOX))), "note", "it does not read mp3, amr-nb"),
    Case("backend-sox", Told(answers=_answers("backend", sox=Answer(ABSENT))), "note", "no libsox here", "no-libsox"),
    Case(
        "backend-sox",
        Told(answers=_answers("backend", sox=Answer({**ABSENT, "tried": ["libsox.so (sox_ng 14.7.1, whose interface differs)"]}))),
        "note",
        "no libsox here, but sox_ng, which is not used",
        "no-libsox",
    ),
    Case(
        "backend-sox",
        Told(answers=_answers("backend", sox=Answer({**ABSENT, "unavailable": "cffi is not installed"}))),
        "error",
        "cffi",
        "no-cffi",
    ),
    Case(
        "backend-sox",
        Told(answers=_answers("backend", sox=Answer({**ABSENT, "tried": ["libsox.so.3 (libgsm.so.1: cannot open shared object file)"]}))),
        "error",
        "a libsox was found, but it does not load",
        "unloadable-libsox",
    ),
    Case(
        "imports",
        Told(copy("numpy", "2.0.0"), answers=_answers("importing", numpy=Answer(raised="OSError: odd"))),
        "error",
        "import numpy fails: OSError: odd",
    ),
    Case(
        "imports",
        Told(copy("numpy", "2.0.0"), answers=_answers("importing", numpy=Answer(raised="ImportError: \n\n read this \nand more"))),
        "error",
        "import numpy fails: ImportError: read this",
    ),
    Case(
        "requirements",
        Told(
            *(copy(name, version) for name, version in {"torch": "2.8.0", "numpy": "2.0.0", "av": "18.0.0", "cffi": "1.16.0"}.items()),
            answers=_answers("backend", ffmpeg=Answer(AV), soundfile=_unavailable("soundfile")),
        ),
        "note",
        "4 of 5 met; not installed: soundfile",
    ),
]


@pytest.fixture(autouse=True)
def _told_backends(monkeypatch: pytest.MonkeyPatch) -> None:
    """The worlds tell of these; a new backend has rows of its own."""
    monkeypatch.setattr("dispatcher.registry.known", lambda: NAMES)


def found(check: str, world: World) -> tuple[Finding, ...]:
    (wanted,) = registry.chosen([check])
    return wanted.run(world).findings


def the_one(findings: tuple[Finding, ...], status: str, says: str) -> Finding:
    told = [finding for finding in findings if finding.status.word == status and says in finding.text]
    assert len(told) == 1, [(finding.status.word, finding.text) for finding in findings]
    assert "crashed" not in {finding.status.word for finding in findings}
    return told[0]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.check}: {case.says}")
def test_what_a_check_finds(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("TORCHAUDIO_COMPAT_LIBSOX", "VIRTUAL_ENV", "CONDA_PREFIX", "PYTHONPATH"):
        monkeypatch.delenv(variable, raising=False)
    for variable, value in case.env.items():
        monkeypatch.setenv(variable, value)
    put(case.files)
    for path, value in case.plays.items():
        monkeypatch.setattr(path, value)
    monkeypatch.setitem(sys.modules, case.missing, None)  # type: ignore[arg-type]
    assert the_one(found(case.check, case.world), case.status, case.says).cause == case.cause


MONO = ASSETS / "mono_s16.wav"


def said_of(path: pathlib.Path, reading: dict[str | None, Answer], **backends: Answer) -> tuple[Finding, ...]:
    """What is found in a file, by how it was read without a backend and with each."""
    (result,) = files.examine(
        Told(answers={**{("reading", name): one for name, one in reading.items()}, **_answers("backend", **backends)}), [str(path)]
    )
    return result.findings


READ = {"info": {"num_frames": 10, "encoding": "PCM_S"}, "rate": 8000, "shape": [1, 10], "finite": True}
ERROR = {"load_error": "cannot read 'a' with the sox backend: no such thing."}


@pytest.mark.parametrize(
    ("default", "by_backend", "status", "says"),
    [
        (READ, {"sox": Answer(died="SIGSEGV")}, "warning", "sox: loading it crashed"),
        (READ, {"sox": Answer(raised="TypeError: early\nmore")}, "note", "sox: TypeError: early"),
        (READ, {"sox": Answer(ERROR)}, "note", "sox: no such thing"),
        (READ, {"sox": Answer({**READ, "shape": [1, 0]})}, "note", "sox: it returns no samples, though the header promises some"),
        (READ, {"sox": Answer({**READ, "finite": False})}, "warning", "gives samples that are not finite"),
        (
            READ,
            {"sox": Answer({**READ, "shape": [1, 12]})},
            "note",
            "backends give different lengths, in frames: ffmpeg 10, sox 12, soundfile 10",
        ),
        (READ, {"sox": Answer({**READ, "shape": [1, 9]})}, "note", "different lengths, in frames: ffmpeg 10, sox 9, soundfile 10"),
        (
            {**READ, "shape": [1, 9]},
            {name: Answer({**READ, "shape": [1, 9]}) for name in NAMES},
            "warning",
            "ffmpeg: the header promises 10 frames, but only 9 are there",
        ),
        (Answer(died="SIGSEGV"), {}, "warning", "the backend that is asked first fails: loading crashed"),
        (Answer(raised="TypeError: early"), {}, "warning", "the backend that is asked first fails: TypeError: early"),
        ({**READ, "shape": [1, 0]}, {}, "warning", "fails: it returns no samples"),
        (
            {"load_error": "the sample rate changes from 8000 to 16000"},
            {},
            "error",
            "; ffmpeg, sox and soundfile would return only a part",
        ),
        (
            {"load_error": "no", "streams": {"video": 1, "data": 2, "subtitle": 1}},
            {},
            "error",
            "its streams are 2 of data, 1 of subtitle and 1 of video",
        ),
    ],
)
def test_what_is_said_of_a_file(default: Any, by_backend: dict[str, Answer], status: str, says: str) -> None:
    """By what loading it without a backend, and with each, came to."""
    default = default if isinstance(default, Answer) else Answer(default)
    the_one(said_of(MONO, {None: default, **dict.fromkeys(NAMES, Answer(READ)), **by_backend}, sox=Answer({})), status, says)


@pytest.mark.parametrize(
    ("opens", "says"),
    [
        ((True, True, True), "Make or download it again; if a player can play it, convert it"),
        ((True, False, True), "Repair the backend sox first"),
        ((False, False, True), "Repair the backends ffmpeg, sox first"),
    ],
)
def test_what_might_read_a_file_that_nothing_reads(opens: tuple[bool, ...], says: str) -> None:
    probes = {name: Answer({}) if works else _unavailable(name) for name, works in zip(NAMES, opens, strict=True)}
    findings = said_of(MONO, dict.fromkeys((None, *NAMES), Answer(ERROR)), **probes)
    assert the_one(findings, "error", "no backend reads it").mend.text.startswith(says)
    left_out = [finding.text for finding in findings if finding.status.word == "skipped"]
    assert left_out == [f"{name}: does not work here" for name, works in zip(NAMES, opens, strict=True) if not works]


def test_a_file_that_may_not_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.access", lambda *_: False)
    assert the_one(said_of(MONO, {}), "error", "you may not read it").mend.commands == (f"chmod u+r {MONO}",)


SAVED = {"sample_rate": 16000, "num_frames": 16000, "num_channels": 2}


# a probe, its task, and what it tells besides other things
@table(
    "probe, task, wanted",
    {
        "reading": (
            reading,
            {"path": str(MONO), "backend": "soundfile"},
            {"info": {"sample_rate": 8000, "num_frames": 2000, "num_channels": 1, "bits_per_sample": 16, "encoding": "PCM_S"},
             "shape": [1, 2000], "finite": True, "peak": pytest.approx(0.8, abs=0.01)},
        ),
        "round trip": (round_trip, "soundfile", {"info": SAVED, "expected": SAVED, "apart": 0, "dtype": "int16"}),
        "resampling": (
            resampling, "compat", {"frames": 8000, "expected": 8000, "finite": True, "apart": pytest.approx(0, abs=0.02)},
        ),
    },
)  # fmt: skip
def test_a_probe_tells_what_the_check_asks_of_it(probe: types.ModuleType, task: Any, wanted: dict[str, Any]) -> None:
    """In this process: a child is ended as soon as it has answered."""
    told = probe.probe(task)
    assert {name: told[name] for name in wanted} == wanted


def test_reading_keeps_both_errors() -> None:
    told = reading.probe({"path": "none.wav", "backend": "soundfile"})
    assert "none.wav" in told["info_error"]
    assert "none.wav" in told["load_error"]
