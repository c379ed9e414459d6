"""Recognise audio files and manifests by their extensions."""

import os

_AUDIO = (
    "wav wave w64 rf64 bwf flac mp3 mp2 mp1 mpga ogg oga opus spx m4a m4b mp4 m4v mov aac "
    "adts ac3 eac3 wma wmv asf aif aiff aifc "
    "au snd caf sph nis nist sd2 amr amr-nb amr-wb awb gsm ape wv tta mka mkv webm avi 3gp "
    "3g2 amb htk voc vox sox"
)
AUDIO = frozenset(_AUDIO.split())
# the kinds of manifests; tables by their delimiter
LINES, COMMAS, TABS, JSON_LINES = "lines", ",", "\t", "json lines"
_MANIFESTS = {
    "txt": LINES, "lst": LINES, "list": LINES, "csv": COMMAS, "tsv": TABS, "jsonl": JSON_LINES,
    "ndjson": JSON_LINES, "json": JSON_LINES,
}  # fmt: skip
_COMPRESSED = ("gz", "bz2", "xz", "zst")


def extension(path: str) -> str:
    """Return the extension in lower case, without a URL's query."""
    name = path.partition("?")[0] if "://" in path else path
    return os.path.splitext(name)[1][1:].lower()


def manifest(path: str) -> str | None:
    """Return the kind of manifest that an extension stands for, or ``None``."""
    found = extension(path)
    if found in _COMPRESSED:
        found = extension(path.rpartition(".")[0])
    return _MANIFESTS.get(found)
