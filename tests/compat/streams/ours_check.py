"""Run in a process of its own, with a real torchaudio on the path that has an ``io`` of its own: whose streams are imported?"""

import importlib.metadata
import importlib.util
import pathlib
import pkgutil
import warnings

warnings.simplefilter("ignore")

import compat  # noqa: E402
import dispatcher  # noqa: E402
from dispatcher.codec_config import CodecConfig  # noqa: E402
from dispatcher.streams.effector import AudioEffector  # noqa: E402
from dispatcher.streams.reader import StreamReader  # noqa: E402
from dispatcher.streams.writer import StreamWriter  # noqa: E402
from tests.outcomes import outcome  # noqa: E402

ROOMS = {pathlib.Path(module.__file__).resolve().parent for module in (compat, dispatcher)}
CLASSES = (StreamReader, StreamWriter, AudioEffector, CodecConfig)
ALL, LATER = ("2.0", "2.2", "2.8"), ("2.2", "2.8")
# a name, and the releases that have it there
NAMES = {
    "torchaudio.io.StreamReader": ALL,
    "torchaudio.io.StreamWriter": ALL,
    "torchaudio.io.play_audio": ALL,
    "torchaudio.io.AudioEffector": LATER,
    "torchaudio.io.CodecConfig": LATER,
    "torchaudio.io._effector.AudioEffector": LATER,
    "torchaudio.io._stream_reader.StreamReader": ("2.0",),
    "torchaudio.io._stream_writer.StreamWriter": ("2.0",),
    "torio.io.StreamingMediaDecoder": LATER,
    "torio.io.StreamingMediaEncoder": LATER,
    "torio.io.CodecConfig": LATER,
    "torio.utils.ffmpeg_utils.get_versions": LATER,
}


def lies_here(path: str) -> bool:
    """Whether a file is one of this project's packages."""
    return not ROOMS.isdisjoint(pathlib.Path(path).resolve().parents)


def is_ours(value: object) -> bool:
    """Whether it is one of this project's classes, or a function of its files."""
    if isinstance(value, type):
        return issubclass(value, CLASSES)
    code = getattr(value, "__code__", None)
    return code is not None and lies_here(code.co_filename)


def main() -> None:
    theirs = importlib.util.find_spec("torchaudio")
    assert theirs is not None
    assert (pathlib.Path(theirs.origin or "").parent / "io").is_dir()
    for release in ("2.0", "2.2", "2.8", "2.0"):
        torchaudio = compat.install(release)
        assert not lies_here(torchaudio.__file__)
        for path, releases in NAMES.items():
            if release in releases:
                assert is_ours(pkgutil.resolve_name(path)), (release, path)
            else:
                assert outcome(pkgutil.resolve_name, path) in ("ImportError", "ModuleNotFoundError", "AttributeError"), (release, path)
    compat.uninstall()
    print("ours over", importlib.metadata.version("torchaudio").partition("+")[0])


if __name__ == "__main__":
    main()
