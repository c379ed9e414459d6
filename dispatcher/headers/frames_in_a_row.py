"""Check whether the last frame of a stream is complete, where frames give only their own size.

A few frames that follow each other are looked for in the last part of the file; if the last of them
reaches beyond the end, the file was cut:

    | ... | frame | frame | frame | frame |  the last fra
                                          |<---- size ---->|   more than there is

A file that was cut between two frames looks whole. Tags and padding after the frames are ignored.
"""

from collections.abc import Callable
from typing import NamedTuple

from dispatcher.headers.file import File, missing

_IN_A_ROW = 4
_TAG_BYTES = 128  # an ID3v1 tag, at the file's end


class FrameKind(NamedTuple):
    """How to find the frames of a stream.

    ``header``: bytes of a frame header; ``size``: bytes of the frame, 0 if the header is none;
    ``alike``: the header bits that all frames share; ``longest``: bytes of the longest frame.
    """

    header: int
    size: Callable[[bytes], int]
    longest: int
    alike: Callable[[bytes], int] = lambda data: 0

    def missing(self, file: File) -> str | None:
        """Return what is missing of a file's last frame; ``None`` if nothing is, or without any."""
        end = sound_end(file)
        begin = max(0, end - 2 * _IN_A_ROW * self.longest)
        data = file.at(begin, end - begin)
        return _judged(data, self) if len(data) == end - begin else None


def sound_end(file: File) -> int:
    """Return the byte at which an ID3v1 tag begins, or else the file's size."""
    end = file.size
    return end - _TAG_BYTES if end > _TAG_BYTES and file.at(end - _TAG_BYTES, 3) == b"TAG" else end


def _judged(data: bytes, kind: FrameKind) -> str | None:
    for start in range(min(len(data), 2 * kind.longest)):
        first = data[start : start + kind.header]
        if len(first) < kind.header or not kind.size(first):
            continue
        at, size, found, alike = start, 0, 0, kind.alike(first)
        while at + kind.header <= len(data):
            head = data[at : at + kind.header]
            size = kind.size(head)
            if not size or kind.alike(head) != alike:
                break
            at, found = at + size, found + 1
        if found >= _IN_A_ROW:
            rest = data[at : at + kind.header]
            # a code that ends the stream is shorter than the other headers
            is_whole = kind.size(rest.ljust(kind.header, b"\0")) == len(rest)
            if 0 < len(rest) < kind.header and first.startswith(rest[:2]) and not is_whole:
                return f"its last frame begins {len(rest)} bytes before its end"
            cut = at - len(data)
            return missing("its last frame", size, size - cut) if cut > 0 else None
    return None
