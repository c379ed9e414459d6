"""What a file that is not audio is, by its first bytes."""

from compat.commands import shell
from compat.diagnosis.findings import Mend

# files that are not audio, whatever their names say: first bytes, name, mend
_IMPOSTORS: tuple[tuple[bytes, str, Mend], ...] = (
    (
        b"version https://git-lfs",
        "a Git LFS pointer; the audio itself was never fetched",
        Mend("Fetch it", shell.lines("git", "lfs", "pull")),
    ),
    (
        b"<!doctype html",
        "a web page, probably because a download was refused",
        Mend("Download it again, and read what the server answers"),
    ),
    (
        b"<html",
        "a web page, probably because a download was refused",
        Mend("Download it again, and read what the server answers"),
    ),
    (
        b"<?xml",
        "an XML document, probably a server's error message",
        Mend("Download it again, and read what the server answers"),
    ),
    (b"#extm3u", "a playlist, which lists other files", Mend("Load the files that it lists")),
    (b"pk\x03\x04", "a zip archive", Mend("Unpack it first")),
    (b"\x1f\x8b", "compressed with gzip", Mend("Unpack it first")),
    (b"7z\xbc\xaf", "a 7z archive", Mend("Unpack it first")),
    (b"%pdf", "a PDF", Mend("Find the audio file that belongs here")),
    (b"gif8", "a picture", Mend("Find the audio file that belongs here")),
    (b"\xff\xd8\xff", "a picture", Mend("Find the audio file that belongs here")),
    (b"\x89png", "a picture", Mend("Find the audio file that belongs here")),
    (b"\x93numpy", "a numpy array (.npy)", Mend("Load it with numpy.load")),
)


def impostor(head: bytes) -> tuple[str, Mend] | None:
    """Return what a file that is not audio is, and the mend."""
    start = head.lstrip()[:64].lower()
    return next(((what, mend) for magic, what, mend in _IMPOSTORS if start.startswith(magic)), None)
