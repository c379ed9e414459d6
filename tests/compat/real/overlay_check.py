"""Run in a process of its own, with a real torchaudio on the path: lay every release over it, and take it away again.

python overlay_check.py FOLDER     (a folder with a tiny YESNO and LIBRISPEECH tree)
"""

import contextlib
import importlib
import pkgutil
import sys
import warnings

warnings.simplefilter("ignore")

import torchaudio  # noqa: E402

import compat  # noqa: E402
from compat.dropin import definitions  # noqa: E402

RESTORED = {
    "2.0": ("info", "set_audio_backend", "get_audio_backend", "list_audio_backends", "backend.common.AudioMetaData", "backend.utils"),
    "2.2": ("info", "AudioMetaData", "list_audio_backends", "backend.soundfile_backend.load", "_backend.utils.get_available_backends"),
    "2.8": ("info", "AudioMetaData", "save_with_torchcodec"),
}
ALWAYS = ("io", "sox_effects.apply_effects_tensor", "utils.sox_utils", "utils.ffmpeg_utils", "kaldi_io")
GONE = ("info", "AudioMetaData", "set_audio_backend", "backend", "_backend", "io", "sox_effects", "kaldi_io")


def everything() -> dict[str, dict[str, int]]:
    """The identity of every name in every module of torchaudio that is loaded."""
    modules = {name: module for name, module in sys.modules.items() if name.split(".")[0] == "torchaudio" and module is not None}
    return {name: {key: id(value) for key, value in vars(module).items()} for name, module in modules.items()}


def import_all() -> None:
    """Import whatever of torchaudio imports without its compiled parts."""
    for found in pkgutil.walk_packages(torchaudio.__path__, "torchaudio.", onerror=lambda name: None):
        if "prototype" not in found.name:
            with contextlib.suppress(Exception):
                importlib.import_module(found.name)


def restored_names_work(folder: str, release: str) -> None:
    path = f"{folder}/waves_yesno/0_1_0_1_0_1_0_1.wav"
    assert torchaudio.info(path).num_frames == 800
    torchaudio.save(f"{folder}/saved.wav", torchaudio.load(path)[0], 8000)
    assert torchaudio.load(f"{folder}/saved.wav")[1] == 8000
    assert torchaudio.list_audio_backends()
    torchaudio.set_audio_backend("soundfile")
    assert torchaudio.get_audio_backend() in (None, "soundfile")
    assert torchaudio.backend.soundfile_backend.load(path)[1] == 8000
    assert isinstance(torchaudio.backend.sox_io_backend.info(path), torchaudio.backend.common.AudioMetaData)
    if release != "2.0":
        backends = importlib.import_module("torchaudio._backend.utils").get_available_backends()
        assert {name: backend.load(path)[1] for name, backend in backends.items()} == dict.fromkeys(("ffmpeg", "sox", "soundfile"), 8000)
    if not getattr(torchaudio.sox_effects, "__file__", None):
        assert "rate" in torchaudio.utils.sox_utils.list_effects()
        assert "wav" in torchaudio.utils.ffmpeg_utils.get_demuxers()


def datasets(folder: str) -> None:
    """Real datasets read through us."""
    from torchaudio.datasets import LIBRISPEECH, YESNO

    waveform, rate, labels = YESNO(folder)[0]
    assert (tuple(waveform.shape), rate, labels) == ((1, 800), 8000, [0, 1, 0, 1, 0, 1, 0, 1])
    waveform, rate, text, *_ = LIBRISPEECH(folder, url="dev-clean")[0]
    assert (tuple(waveform.shape), rate, text) == ((1, 800), 16000, "HELLO")


def main() -> None:
    import_all()
    version, before = torchaudio.__version__, everything()
    untouched = {name: getattr(torchaudio, name) for name in ("transforms", "functional", "models", "pipelines", "compliance", "datasets")}
    resample = torchaudio.transforms.Resample
    for release in ("2.0", "2.1", "2.2", "2.8", "2.9", "2.0"):
        assert compat.install(release, backends=["ffmpeg", "soundfile", "sox"]) is torchaudio
        assert torchaudio.__version__ == torchaudio.version.__version__ == f"{compat.release().last_patch}+compat"
        assert compat.install(release, backends=["ffmpeg", "soundfile", "sox"], real_version=True).__version__ == version
        compat.install(release, backends=["ffmpeg", "soundfile", "sox"])
        assert all(getattr(torchaudio, name) is module for name, module in untouched.items())
        assert torchaudio.transforms.Resample is resample
        assert torchaudio.load.__module__.partition(".")[0] == "torchaudio"
        for path in RESTORED.get(release, ()) + (ALWAYS if release != "2.9" else ()):
            pkgutil.resolve_name(f"torchaudio.{path}")
        if release == "2.9":
            assert not [name for name in GONE if hasattr(torchaudio, name)]
        else:
            ours = {
                f"torchaudio.{path}"
                for path, found in definitions.below().items()
                if not found.submodule.stands_in and not found.submodule.merges
            }
            theirs = [name for name in ours & set(sys.modules) if getattr(sys.modules[name], "__file__", None)]
            assert not theirs, theirs
            restored_names_work(sys.argv[1], release)
        datasets(sys.argv[1])
    compat.uninstall()
    after = everything()
    for name, names in before.items():
        changed = {key for key in names.keys() | after[name].keys() if names.get(key) != after[name].get(key)} - {"__warningregistry__"}
        assert not changed, (name, changed)
    print("laid over", version)


if __name__ == "__main__":
    main()
