"""Build filter graphs from FFmpeg's filter language, between one source and one sink.

PyAV links filters but does not parse their description, so this module does: filters separated by
commas, chains by semicolons, pads named in brackets, and the quoting rules of FFmpeg's
``av_get_token``.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Any, NamedTuple

from dispatcher.errors import BackendError
from dispatcher.lazily import av

_SPACES = " \n\t\r"
# one letter, or a part in quotes, which may lack the last one
_PIECE = re.compile(r"\\(?P<escaped>.)|'(?P<quoted>[^']*)'?|(?P<bare>.)", re.DOTALL)
_SCALER_OPTIONS = re.compile(r"\s*sws_flags=[^;]*;")


class Node(NamedTuple):
    """One filter of a description, with the labels of its inputs and outputs."""

    name: str
    arguments: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


class SoundInput(NamedTuple):
    """The properties of audio frames that enter a graph."""

    format: str
    layout: str
    rate: int
    time_base: Fraction

    def arguments(self) -> str:
        """Return the arguments of FFmpeg's ``abuffer`` for them."""
        return (
            f"time_base={self.time_base}:sample_rate={self.rate}:"
            f"sample_fmt={self.format}:channel_layout={self.layout}"
        )


class PictureInput(NamedTuple):
    """The properties of pictures that enter a graph."""

    format: str
    width: int
    height: int
    rate: Fraction | None
    time_base: Fraction
    aspect: Fraction | None = None
    colorspace: int = 2
    color_range: int = 0

    def arguments(self) -> str:
        """Return the arguments of FFmpeg's ``buffer`` for them."""
        rate = f":frame_rate={self.rate}" if self.rate else ""
        aspect = f":pixel_aspect={self.aspect}" if self.aspect else ""
        return (
            f"video_size={self.width}x{self.height}:pix_fmt={self.format}:time_base={self.time_base}"
            f"{rate}{aspect}:colorspace={self.colorspace}:range={self.color_range}"
        )


Input = SoundInput | PictureInput


class _Text:
    """A description, read from left to right."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0

    def skip_spaces(self) -> None:
        while self.at < len(self.text) and self.text[self.at] in _SPACES:
            self.at += 1

    def peek(self) -> str:
        self.skip_spaces()
        return self.text[self.at : self.at + 1]

    def token(self, ends: str) -> str:
        """Read up to one of ``ends``; unquote, and strip unquoted spaces from both sides."""
        self.skip_spaces()
        found, bare = "", ""  # the end of ``bare`` is stripped, quoted spaces are not
        while (piece := _PIECE.match(self.text, self.at)) and piece[0] not in ends:
            self.at = piece.end()
            if piece["bare"]:
                bare += piece["bare"]
            else:
                found += bare + (piece["escaped"] or piece["quoted"] or "")
                bare = ""
        return found + bare.rstrip(_SPACES)

    def labels(self) -> Iterator[str]:
        while self.peek() == "[":
            self.at += 1
            label = self.token("]")
            if self.peek() != "]" or not label:
                raise BackendError(f"a pad's name is not closed in the filter {self.text!r}")
            self.at += 1
            yield label


@functools.lru_cache(maxsize=256)
def parse(description: str) -> tuple[tuple[Node, ...], ...]:
    """Parse a description into chains of filters.

    Raises:
        BackendError: it is not in FFmpeg's language.
    """
    options = _SCALER_OPTIONS.match(description)
    text = _Text(description[options.end() :] if options else description)
    chains: list[tuple[Node, ...]] = []
    chain: list[Node] = []
    while True:
        inputs = tuple(text.labels())
        name, _, _ = text.token("=,;[").partition("@")
        arguments = ""
        if text.peek() == "=":
            text.at += 1
            arguments = text.token("[],;")
        if not name:
            raise BackendError(f"a filter's name is missing in {description!r}")
        chain.append(Node(name, arguments, inputs, tuple(text.labels())))
        end = text.peek()
        text.at += 1
        if end == ",":
            continue
        chains.append(tuple(chain))
        chain = []
        if not end or (end == ";" and not text.peek()):
            return tuple(chains)
        if end != ";":
            raise BackendError(f"{end!r} is not expected in the filter {description!r}")


def build(description: str, entering: Input) -> tuple[av.filter.Graph, Any, Any]:
    """Make a graph; return it, its source and its sink.

    Raises:
        BackendError: a filter is unknown, does not take its options, or cannot be linked so.
    """
    from av.filter import Graph

    graph = Graph()
    graph.threads = 1
    try:
        kind = "abuffer" if isinstance(entering, SoundInput) else "buffer"
        source, sink = graph.add(kind, entering.arguments()), graph.add(f"{kind}sink")
        _link(graph, parse(description), source, sink)
        graph.configure()
    except (av.FFmpegError, ValueError) as why:
        cause = getattr(why, "strerror", None) or str(why)
        raise BackendError(f"FFmpeg does not take the filter {description!r}: {cause}") from why
    return graph, source, sink


def pulled(sink: Any) -> Iterator[Any]:
    """Give the frames that have come out of a graph."""
    while True:
        try:
            frame = sink.pull()
        except (BlockingIOError, EOFError):
            return
        yield frame


class _Pad(NamedTuple):
    context: Any
    number: int


def _link(graph: Any, chains: tuple[tuple[Node, ...], ...], source: Any, sink: Any) -> None:
    """Make the filters of a description, and link their pads as FFmpeg would."""
    waiting_outputs: dict[str, _Pad] = {}
    waiting_inputs: dict[str, _Pad] = {}
    free_inputs: list[_Pad] = []
    free_outputs: list[_Pad] = []
    for chain in chains:
        flowing: list[_Pad] = []
        for node in chain:
            context = graph.add(node.name, node.arguments or None)
            inputs, index = len(context.inputs), 0
            for label in node.inputs:
                if label in waiting_outputs:
                    _join(waiting_outputs.pop(label), _Pad(context, index))
                else:
                    waiting_inputs[label] = _Pad(context, index)
                index += 1
            for pad in flowing:
                if index >= inputs:
                    raise ValueError(f"{node.name} has no input left for what comes before it")
                _join(pad, _Pad(context, index))
                index += 1
            free_inputs += [_Pad(context, left) for left in range(index, inputs)]
            outputs = [_Pad(context, number) for number in range(len(context.outputs))]
            for label, pad in zip(node.outputs, outputs, strict=False):
                if label in waiting_inputs:
                    _join(pad, waiting_inputs.pop(label))
                else:
                    waiting_outputs[label] = pad
            flowing = outputs[len(node.outputs) :]
        free_outputs += flowing
    free_inputs += waiting_inputs.values()
    free_outputs += waiting_outputs.values()
    if len(free_inputs) > 1 or len(free_outputs) != 1:
        raise ValueError(
            f"it has {len(free_inputs)} open inputs and {len(free_outputs)} outputs, not one of "
            "each"
        )
    if not free_inputs:
        raise ValueError("nothing of the stream enters it")
    _join(_Pad(source, 0), free_inputs[0])
    _join(free_outputs[0], _Pad(sink, 0))


def _join(output: _Pad, entering: _Pad) -> None:
    output.context.link_to(entering.context, output.number, entering.number)
