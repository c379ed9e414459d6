"""What stands in the place of something in a test: file objects that do something when they are asked, and functions that fail."""

import io
import itertools
from collections import Counter
from collections.abc import Callable
from typing import Any


class Watched(io.BytesIO):
    """Calls a function before each read, write or seek; ``calls`` counts these.

    Example:
        ``Watched(data, read=fails(OSError("gone"), at=3))``
    """

    def __init__(self, data: bytes = b"", **before: Callable[[], object]) -> None:
        super().__init__(data)
        self._before, self.calls = before, Counter[str]()

    def _called(self, method: str, *arguments: Any) -> Any:
        self.calls[method] += 1
        if method in self._before:
            self._before[method]()
        return getattr(super(), method)(*arguments)

    def read(self, size: int | None = -1) -> Any:
        return self._called("read", size)

    def write(self, data: Any) -> Any:
        return self._called("write", data)

    def seek(self, *arguments: Any) -> Any:
        return self._called("seek", *arguments)


def fails(error: BaseException | type[BaseException], at: int = 1) -> Callable[..., None]:
    """Stand for a function that raises an error at a call of this number, and at all later ones, whatever it is given."""
    calls = itertools.count(1)

    def fail(*_: object, **__: object) -> None:
        if next(calls) >= at:
            raise error

    return fail


class ReadOnly:
    """Has nothing but ``read``, like many a wrapper of a socket; ``asked`` counts its calls."""

    def __init__(self, data: bytes) -> None:
        self._data, self.asked = io.BytesIO(data), 0

    def read(self, size: int = -1) -> bytes:
        self.asked += 1
        return self._data.read(size)


class WriteOnly:
    """Has nothing but ``write``, which takes at most so many bytes at a time."""

    def __init__(self, most: int | None = None) -> None:
        self.data, self._most = b"", most

    def write(self, data: bytes) -> int:
        assert isinstance(data, bytes)
        self.data += data[: self._most]
        return len(data[: self._most])


def odd(kind: type[Any] = io.BytesIO, **methods: Any) -> type[Any]:
    """A kind of file object with these methods in place of its own."""
    return type("Odd", (kind,), methods)
