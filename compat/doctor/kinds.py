"""What a file is by its first bytes, whatever its name says."""

import pathlib
from collections.abc import Iterator

from compat.commands import shell
from compat.diagnosis.findings import Finding, Mend, note

# file types by their first bytes: offset, bytes, name, extensions that fit
_KINDS: tuple[tuple[int, bytes, str, tuple[str, ...]], ...] = (
    (8, b"WAVE", "WAV", (".wav", ".wave", ".wv")),
    (8, b"AVI ", "AVI", (".avi",)),
    (8, b"AIFF", "AIFF", (".aif", ".aiff")),
    (8, b"AIFC", "AIFF-C", (".aif", ".aiff", ".aifc")),
    (0, b"fLaC", "FLAC", (".flac",)),
    (28, b"OpusHead", "Ogg Opus", (".opus", ".ogg", ".oga")),
    (29, b"vorbis", "Ogg Vorbis", (".ogg", ".oga", ".vorbis")),
    (0, b"OggS", "Ogg", (".ogg", ".oga", ".opus", ".vorbis", ".spx")),
    (0, b"ID3", "MP3 with ID3 tags", (".mp3",)),
    (4, b"ftyp", "MP4 or M4A", (".mp4", ".m4a", ".m4b", ".mov", ".3gp", ".aac")),
    (0, b"\x1aE\xdf\xa3", "Matroska or WebM", (".mkv", ".mka", ".webm", ".weba")),
    (0, b"NIST_1A", "NIST SPHERE", (".sph", ".nist", ".wav", ".nis")),
    (0, b"#!AMR-WB", "AMR-WB", (".amr", ".awb", ".amr-wb")),
    (0, b"#!AMR", "AMR-NB", (".amr", ".amr-nb")),
    (0, b".snd", "AU", (".au", ".snd")),
    (0, b"caff", "CAF", (".caf",)),
    (0, b"riff\x2e\x91\xcf\x11", "W64", (".w64",)),
    (0, b"RF64", "RF64", (".wav", ".rf64")),
    (0, b"wvpk", "WavPack", (".wv",)),
    (0, b"MAC ", "Monkey's Audio", (".ape",)),
    (0, b"\x30\x26\xb2\x75", "WMA or WMV", (".wma", ".wmv", ".asf")),
)
# An MPEG audio frame begins with eleven set bits; the layer bits distinguish MP3 from raw AAC.
_MPEG_LAYERS = {
    0: ("raw AAC (ADTS)", (".aac", ".adts")),
    1: ("MP3", (".mp3",)),
    2: ("MP2", (".mp2", ".mp3")),
    3: ("MP1", (".mp1", ".mp3")),
}

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


def other_name(path: str, head: bytes) -> Iterator[Finding]:
    """Report an extension that does not fit the content."""
    kind = next(
        (
            (name, fitting)
            for at, magic, name, fitting in _KINDS
            if head[at : at + len(magic)] == magic
        ),
        None,
    )
    if kind is None and len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0:
        kind = _MPEG_LAYERS[(head[1] >> 1) & 3]
    extension = pathlib.PurePath(path).suffix.lower()
    if kind and extension and extension not in kind[1]:
        yield note(
            f"it is {kind[0]} by its content, but its extension is {extension}",
            why="sox and soundfile may use the extension to choose the format.",
            mend=Mend(f"Rename it to {pathlib.PurePath(path).stem}{kind[1][0]}"),
            subject=path,
            data={"kind": kind[0]},
        )
