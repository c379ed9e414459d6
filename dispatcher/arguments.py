"""Checks of a caller's arguments, made before any library is called."""

from __future__ import annotations

import io
import math
import numbers
import operator
import os
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias, TypeVar

from dispatcher.errors import (
    ArgumentTypeError,
    AudioError,
    BackendError,
    NotAnIntegerError,
    TensorPlaceError,
    problem,
)
from dispatcher.lazily import torch
from dispatcher.requests import BUFFER_SIZE, Leniency, Load, Save

_Stored = TypeVar("_Stored")
_Table: TypeAlias = Mapping[str | None, Mapping[int | None, _Stored]]


_MOST = (1 << 63) - 1
MOST_BUFFER = 1 << 30
_LONGEST_PATH = 4096  # bytes; no system allows more
_NO_FORMAT, _PASS_ONE = "the format to write is not known: ", "pass format='wav' or another"
NO_EXTENSION = f"{_NO_FORMAT}give the path an extension"
NO_FORMAT = f"{NO_EXTENSION}, or {_PASS_ONE}"
NO_FORMAT_OF_OBJECT = f"{_NO_FORMAT}{_PASS_ONE}"
LAYOUTS = "[channel, time], or [time, channel] with channels_first=False"
TRANSPOSED = "if the tensor is [time, channel], pass channels_first=False"
_IN_MEMORY = "If you have a file's content in memory, pass io.BytesIO(data)."


def integer(name: str, value: Any, least: int = -_MOST, most: int = _MOST) -> int:
    """Return any kind of integer as an int between ``least`` and ``most``, so that C can hold it.

    Raises:
        NotAnIntegerError: (a TypeError and RuntimeError) the value is no integer.
    """
    try:
        return max(least, min(operator.index(value), most))
    except TypeError as why:
        raise NotAnIntegerError(f"{name} is {value!r:.80}, and must be an int") from why


def name(what: str, value: Any) -> str | None:
    """Return a name that a caller passes, such as ``format``, once it is checked.

    Raises:
        ArgumentTypeError: (a TypeError) the value is neither a string nor None.
        BackendError: (a RuntimeError) the string has a NUL or another unprintable character.
    """
    if value is None:
        return None
    if not isinstance(value, str):
        raise ArgumentTypeError(
            f"{what} is a string such as 'wav', or None, not {type(value).__name__}"
        )
    if "\0" in value or not value.isprintable():
        raise BackendError(f"{what} is {value!r:.80}, which has unprintable characters")
    return str(value)  # PyAV takes no subclass


def _is_content(uri: Any) -> bool:
    """Return whether bytes are the content of a file, since no path is like them."""
    return isinstance(uri, bytes) and (b"\0" in uri or len(uri) > _LONGEST_PATH)


def from_memory(uri: Any) -> Any:
    """Return a file object for the content of a file; anything else as it is."""
    return io.BytesIO(uri) if _is_content(uri) else uri


def check_place(action: str, uri: Any, backend: str = "") -> None:
    """Refuse what cannot be a path: the bytes of a file, a NUL, half a surrogate pair.

    Raises:
        BackendError: (a RuntimeError) the text says what to pass instead.
    """
    if isinstance(uri, bool):  # libsndfile would read from, and close, the standard output
        raise problem(ArgumentTypeError, action, uri, neither_path_nor_file(uri), backend=backend)
    if (
        not isinstance(uri, (str, bytes, os.PathLike))
        or hasattr(uri, "read")
        or hasattr(uri, "write")
    ):
        return
    try:
        path = os.fspath(uri)
        data = os.fsencode(path)
    except TypeError as why:  # __fspath__ gives neither str nor bytes
        raise problem(ArgumentTypeError, action, uri, why, backend=backend) from why
    except UnicodeEncodeError as why:
        raise problem(
            BackendError, action, uri, f"no file has such a name ({why.reason})", backend=backend
        ) from why
    if _is_content(path):
        cause = "this is the content of a file as bytes, not a path or a file object"
        hint = (
            "Pass io.BytesIO(data)."
            if action == "read"
            else "Pass an empty io.BytesIO() to write into."
        )
        raise problem(BackendError, action, uri, cause, backend=backend, hint=hint)
    if b"\0" in data:
        cause = f"the path holds a NUL, at {data.index(0)}"
        raise problem(
            BackendError, action, uri, cause, backend=backend, hint="No file has such a name."
        )


def neither_path_nor_file(uri: Any) -> str:
    """Return an error's cause for an argument that is neither a path nor a file object."""
    held = isinstance(uri, (bytes, bytearray, memoryview)) or type(uri).__name__ in (
        "ndarray",
        "Tensor",
    )
    return f"it is neither a path nor a file object, but {type(uri).__name__}" + (
        f". {_IN_MEMORY}" if held else ""
    )


def fspath(action: str, uri: Any, backend: str) -> str | bytes:
    """Return the path that a caller passed.

    Raises:
        ArgumentTypeError: (a TypeError) the value is no path.
    """
    if not isinstance(uri, (str, bytes, os.PathLike)):
        raise problem(ArgumentTypeError, action, uri, neither_path_nor_file(uri), backend=backend)
    path: str | bytes = os.fspath(uri)
    return path


def as_written(path: str, leads: Callable[[str], bool]) -> str:
    """Return a path; if it leads nowhere, without the parts that ``..`` leaves again.

    The releases left them out of every path that they gave to FFmpeg: ``script.py/../a.wav`` is
    ``a.wav``.
    """
    short = os.path.normpath(path)
    return path if path in ("", short) or leads(path) else short


def checked_load(asked: Load, backend: str = "") -> Load:
    """Return the arguments of ``load`` with place, format and buffer size checked.

    The buffer is for file objects; for anything else its size is not looked at.

    Raises:
        ArgumentTypeError, BackendError: (TypeError, RuntimeError) no backend can take an argument.
    """
    check_place("read", asked.uri, backend)
    size = asked.buffer_size
    if asked.format is None and type(size) is int and size == BUFFER_SIZE:  # as nearly always
        return asked
    size = size if hasattr(asked.uri, "read") else BUFFER_SIZE
    try:
        return asked._replace(
            format=name("format", asked.format),
            buffer_size=integer("buffer_size", size, 1, MOST_BUFFER),
        )
    except (ArgumentTypeError, BackendError) as why:
        raise problem(type(why), "read", asked.uri, why, backend=backend) from why


def checked_piece(asked: Load, leniency: Leniency, backend: str = "") -> Load:
    """Return the arguments of ``load`` with frames as ints, and None replaced where it may be.

    Raises:
        NotAnIntegerError: (a TypeError and RuntimeError) the backend does not take a number.
    """
    if left_out := [one for one in leniency.optional if getattr(asked, one) is None]:
        asked = asked._replace(**{one: Load._field_defaults[one] for one in left_out})
    usual = type(asked.frame_offset) is type(asked.num_frames) is int
    if usual and max(abs(asked.frame_offset), abs(asked.num_frames)) < _MOST:
        return asked
    if leniency.rounds_frames:
        asked = _in_whole_frames(asked)
    try:
        return asked._replace(
            frame_offset=integer("frame_offset", asked.frame_offset),
            num_frames=integer("num_frames", asked.num_frames),
        )
    except NotAnIntegerError as why:
        raise problem(type(why), "read", asked.uri, why, backend=backend) from why


def _in_whole_frames(asked: Load) -> Load:
    """Round the two ends of a piece that is given in fractions, as FFmpeg's filter atrim does."""
    begin, wanted = asked.frame_offset, asked.num_frames
    if not (isinstance(begin, numbers.Real) and isinstance(wanted, numbers.Real)):
        return asked
    # numpy's small integers may overflow where they are added
    if isinstance(begin, numbers.Integral) and isinstance(wanted, numbers.Integral):
        return asked
    if not math.isfinite(begin + wanted):
        return asked
    if begin < 0 or wanted < -1:  # refused, whatever they are rounded to
        return asked._replace(frame_offset=math.floor(begin), num_frames=math.floor(wanted))
    first, end = round(float(begin)), round(float(begin + wanted))
    frames = -1 if wanted == -1 else max(0, end - first)
    return asked._replace(frame_offset=first, num_frames=frames)


def check_tensor(src: Any, *, elsewhere: bool = False) -> None:
    """Refuse a tensor whose samples no library can read; backends refuse what is no tensor at all.

    ``elsewhere`` allows a tensor on another device, which the caller will bring into memory.

    Raises:
        TensorPlaceError: (a RuntimeError and TypeError) the text names the method that brings the
            samples into memory.
    """
    if not isinstance(src, torch.Tensor):
        return
    if src.is_nested:
        raise TensorPlaceError(
            "the tensor is nested; save its parts one by one, or take to_padded_tensor(0)"
        )
    if src.layout != torch.strided:
        raise TensorPlaceError(f"the tensor is stored as {src.layout}; save tensor.to_dense()")
    if src.device.type != "cpu" and (src.device.type == "meta" or not elsewhere):
        raise TensorPlaceError(f"the tensor is on {src.device}; save tensor.cpu()")
    if type(src) not in (torch.Tensor, torch.nn.Parameter):
        try:
            src.detach()[..., :0].numpy(force=True)
        except RuntimeError as why:
            cause = f"the samples of {type(src).__name__} cannot be read ({why})"
            raise TensorPlaceError(f"{cause.rstrip('.')}; save a plain tensor") from why


def checked_save(asked: Save, backend: str = "") -> Save:
    """Return the arguments of ``save``; the backends check rate, tensor and compression.

    Raises:
        ArgumentTypeError, BackendError: (TypeError, RuntimeError) no backend can take an argument.
    """
    check_place("write", asked.uri, backend)
    bits: Any = asked.bits_per_sample
    size = asked.buffer_size if hasattr(asked.uri, "write") else BUFFER_SIZE
    try:
        check_tensor(asked.src)
        whole = isinstance(bits, float) and bits.is_integer()
        return asked._replace(
            bits_per_sample=None
            if bits is None
            else integer("bits_per_sample", int(bits) if whole else bits),
            buffer_size=integer("buffer_size", size, 1, MOST_BUFFER),
            format=name("format", asked.format),
            encoding=name("encoding", asked.encoding),
        )
    except (ArgumentTypeError, BackendError) as why:
        raise problem(type(why), "write", asked.uri, why, backend=backend) from why


def check_piece(frame_offset: int, num_frames: int) -> None:
    """Refuse a piece to read that the ffmpeg and sox backends of all releases refused.

    Raises:
        BackendError: (a RuntimeError) the offset is negative, or the length is 0 or below -1.
    """
    if frame_offset < 0:
        raise BackendError(f"frame_offset is {frame_offset}, and must not be negative")
    if num_frames == 0 or num_frames < -1:
        raise BackendError(f"num_frames is {num_frames}, and must be -1 (all) or positive")


def stored_as(
    table: _Table[_Stored],
    container: str,
    encoding: str | None,
    bits: int | None,
    refusal: type[AudioError],
) -> _Stored:
    """Return how a container stores samples: its table's entry for ``encoding`` and then ``bits``.

    Raises:
        refusal: the table has no such entry; the text lists those it has. The class is the
            caller's, because the backends of the releases raised different ones.
    """
    if encoding not in table:
        raise refusal(f"{container} takes no encoding={encoding!r}; {_instead('encoding', table)}")
    if bits not in table[encoding]:
        of = "" if encoding is None else f" with encoding={encoding!r}"
        raise refusal(
            f"{container}{of} takes no bits_per_sample={bits!r}; "
            f"{_instead('bits_per_sample', table[encoding])}"
        )
    return table[encoding][bits]


def _instead(argument: str, table: Mapping[Any, object]) -> str:
    """Return advice on what to pass instead of a value that the table lacks."""
    allowed = [repr(value) for value in table if value is not None]
    if not allowed:
        return f"leave {argument}= out"
    return f"it takes {', '.join(allowed)}" + (
        f", or leave {argument}= out" if None in table else ""
    )
