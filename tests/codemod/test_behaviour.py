"""The original under pinned 2.0 and the result under 2.2 give the same tensors and files."""

import dataclasses
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch

import compat
from tests.codemod.tables import dedent, rewrite
from tests.conftest import ASSETS

USED = ("stereo_s16.wav", "mono_s16.wav", "stereo_16.flac", "stereo_24.flac", "stereo_f32.wav", "mono_8.flac")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with audio in it."""
    for name in USED:
        shutil.copy(ASSETS / name, tmp_path / name)
    return tmp_path


def outcome(program: str, release: str, where: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[dict[str, Any], dict[str, bytes]]:
    """What a program leaves in its names and in its folder."""
    monkeypatch.chdir(where)
    names = {"__name__": "__main__"}
    with compat.pinned(release):
        exec(compile(program, "program.py", "exec"), names)
    found = {name: plain(value) for name, value in names.items() if name.startswith("out")}
    return found, {path.name: timeless(path.read_bytes()) for path in sorted(where.iterdir()) if path.name.startswith("new")}


def timeless(data: bytes) -> bytes:
    """A float WAV without the time of writing that libsndfile puts into its PEAK chunk."""
    at = data.find(b"PEAK")
    return data if at < 0 else data[: at + 12] + data[at + 16 :]


def plain(value: Any) -> Any:
    """Something that can be compared."""
    if isinstance(value, torch.Tensor):
        return (str(value.dtype), value.shape, value.tolist())
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if dataclasses.is_dataclass(value) or hasattr(value, "num_frames"):
        return {name: getattr(value, name) for name in ("sample_rate", "num_frames", "num_channels", "bits_per_sample", "encoding")}
    return value


SETTERS = {
    "module level": """
        import torchaudio
        torchaudio.set_audio_backend("NAME")
        out_x, out_rate = torchaudio.load("stereo_s16.wav")
        torchaudio.save("new.wav", out_x, out_rate)
        out_meta = torchaudio.info("new.wav")
    """,
    "filepath, and every argument": """
        import torchaudio as ta
        ta.set_audio_backend("NAME")
        def read(p, **more):
            return ta.load(filepath=p, **more)
        out = [read("stereo_s16.wav", frame_offset=5, num_frames=20, normalize=False), read("stereo_16.flac", channels_first=False)]
        ta.save(filepath="new.flac", src=out[0][0].float() / 40000, sample_rate=8000, bits_per_sample=16)
    """,
    "passed on": """
        import functools
        import torchaudio
        torchaudio.set_audio_backend("NAME")
        def read(paths, loader):
            return [loader(p) for p in paths]
        def main():
            return read(["mono_s16.wav", "stereo_16.flac"], loader=torchaudio.load), list(map(torchaudio.info, ["mono_s16.wav"]))
        out = main()
        out_raw = functools.partial(torchaudio.load, normalize=False)("stereo_s16.wav")
    """,
    "in a function": """
        import torchaudio
        def read(p):
            torchaudio.set_audio_backend("NAME")
            x, rate = torchaudio.load(p)
            with open("new.txt", "w") as file:
                file.write(str(rate))
            return x
        out = read("stereo_s16.wav")
    """,
    "restored": """
        import torchaudio
        def read(p):
            before = torchaudio.get_audio_backend()
            torchaudio.set_audio_backend("NAME")
            try:
                x, rate = torchaudio.load(p)
                return x, rate
            finally:
                torchaudio.set_audio_backend(before)
        out = read("stereo_s16.wav"), read("stereo_16.flac")
    """,
    "platform": """
        import sys
        import torchaudio
        if sys.platform == "win32":
            torchaudio.set_audio_backend("soundfile")
        else:
            torchaudio.set_audio_backend("NAME")
        class Data:
            def __init__(self, paths):
                self.paths = paths
            def __getitem__(self, i):
                return torchaudio.load(self.paths[i])
        out = [Data(["mono_s16.wav"])[0], [torchaudio.load(p) for p in ("stereo_s16.wav",)]]
    """,
    "tried": """
        import torchaudio
        try:
            torchaudio.set_audio_backend("NAME")
        except RuntimeError:
            pass
        out = torchaudio.load("stereo_s16.wav")
    """,
    "path objects": """
        import pathlib
        import torchaudio
        torchaudio.set_audio_backend("NAME")
        ROOT = pathlib.Path(".")
        out = torchaudio.load(ROOT / "stereo_s16.wav"), torchaudio.info(ROOT / "stereo_16.flac")
        torchaudio.save(ROOT / "new.wav", *out[0])
    """,
    "match, async, walrus, lambda": """
        import asyncio
        import torchaudio
        torchaudio.set_audio_backend("NAME")
        async def later(p):
            return torchaudio.load(p)
        read = lambda p: torchaudio.load(p)[0]
        match torchaudio.info("stereo_s16.wav"):
            case meta if meta.sample_rate > 1:
                out_meta = meta
        if (out_pair := torchaudio.load("mono_s16.wav")):
            out = [asyncio.run(later("stereo_s16.wav")), read("stereo_16.flac")]
    """,
    "positional save": """
        import torchaudio
        torchaudio.set_audio_backend("NAME")
        x, rate = torchaudio.load("stereo_s16.wav")
        torchaudio.save("new.wav", x, rate, True, None, "wav", "PCM_S", 16)
        out = torchaudio.info("new.wav")
    """,
    "the modules of backends": """
        import torchaudio
        from torchaudio.backend import soundfile_backend
        from torchaudio.backend.common import AudioMetaData
        out = soundfile_backend.load("stereo_s16.wav"), isinstance(torchaudio.info("mono_s16.wav"), AudioMetaData)
        soundfile_backend.save("new.wav", out[0][0], out[0][1], True, None, "wav", "PCM_S", 16)
    """,
    "functions that are kept": """
        import torchaudio
        torchaudio.set_audio_backend("NAME")
        TABLE = {"wav": torchaudio.load}
        READ = torchaudio.load
        class Reader:
            def __init__(self, read=None):
                self.read = read or torchaudio.load
        def read(path, load=torchaudio.load):
            return load(path, num_frames=100)
        out = read("stereo_s16.wav"), TABLE["wav"]("mono_s16.wav"), READ("stereo_16.flac"), Reader().read("mono_8.flac")
    """,
    "beside the import": """
        try:
            import torchaudio
            torchaudio.set_audio_backend("NAME")
            HAVE = True
        except ImportError:
            HAVE = False
        if HAVE:
            torchaudio.set_audio_backend("NAME")
            out = torchaudio.load("stereo_16.flac")
    """,
    "called at the start": """
        import torchaudio
        def prepare():
            torchaudio.set_audio_backend("NAME")
        def read(path):
            return torchaudio.load(path, frame_offset=5)
        def main():
            prepare()
            return read("stereo_24.flac"), torchaudio.info("stereo_f32.wav")
        early = torchaudio.load("mono_s16.wav", format="wav")[0].shape
        if __name__ == "__main__":
            out = main()
    """,
    "chosen in the argument": """
        import os
        import torchaudio
        torchaudio.set_audio_backend("NAME" if os.name == "posix" else "soundfile")
        out = torchaudio.load("stereo_f32.wav"), torchaudio.info("stereo_24.flac")
    """,
    "guards": """
        import torchaudio
        torchaudio.set_audio_backend("NAME")
        def read(path):
            if torchaudio.__version__ < "2.1":
                return torchaudio.load(filepath=path)
            return torchaudio.load(uri=path, backend="NAME".replace("_io", ""))
        out = read("stereo_s16.wav"), torchaudio.load("mono_8.flac")
    """,
    "handed on": """
        import functools
        from concurrent.futures import ThreadPoolExecutor
        import torchaudio
        from torchaudio.backend import soundfile_backend
        torchaudio.set_audio_backend("NAME")
        with ThreadPoolExecutor(1) as pool:
            out = pool.submit(functools.partial(torchaudio.load, filepath="stereo_s16.wav")).result()
        out_other = functools.partial(soundfile_backend.load, num_frames=7)("stereo_16.flac")
    """,
    "lister": """
        import torchaudio
        out = "NAME" in torchaudio.list_audio_backends()
    """,
}


@pytest.mark.parametrize("backend", ["soundfile", pytest.param("sox_io", marks=pytest.mark.libsox)])
@pytest.mark.parametrize("name", [*SETTERS, "the drop-in"])
def test_same_outcome(
    name: str, backend: str, folder: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = dedent(SETTERS.get(name, SETTERS["module level"]).replace("NAME", backend))
    if name == "the drop-in":
        result = rewrite({"program.py": program}, "compat", entries=["program.py"])["program.py"]
    else:
        result = rewrite({"program.py": program}, unsafe=name == "tried")["program.py"]
        assert "set_audio_backend" not in result.text
    assert result.changed or (name == "lister" and backend == "soundfile")
    assert not result.left
    other = tmp_path_factory.mktemp("other")
    shutil.copytree(folder, other, dirs_exist_ok=True)
    before = outcome(program, "2.0", folder, monkeypatch)
    assert before[0]
    assert outcome(result.text, "2.2", other, monkeypatch) == before
