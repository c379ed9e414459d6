"""Refuse signals and options that make libsox' effects crash, end the process or never stop."""

import math
import os
import re
from collections.abc import Iterable, Sequence

from dispatcher.errors import ArgumentTypeError, BackendError

_MOST_RATE = (1 << 31) - 1
_MOST_CHANNELS = 1024  # most effects keep tables for each, and end the process without memory
# Their delay lines and tables are as long as the rate says. At low rates they have no samples, and
# the effects divide by zero; at high rates they are too large, and the effects end the process.
_NOT_BELOW = dict.fromkeys(("chorus", "phaser", "pitch", "reverb", "stretch", "tempo", "vad"), 1000)
_LONG = (
    "bend",
    "chorus",
    "echo",
    "echos",
    "flanger",
    "hilbert",
    "loudness",
    "phaser",
    "pitch",
    "reverb",
    "sinc",
    "tempo",
    "vad",
)
_NOT_ABOVE = dict.fromkeys(_LONG, 10000000)
_LEAST_CHANGE = 1e-9  # the effect `rate` crashes if it changes the rate by a smaller part
_MOST_RATIO = 1000.0  # between the rates before and after resampling
_MOST_STRETCH = 100.0
_FACTORS = {"speed": 1e3, "tempo": 100.0, "stretch": _MOST_STRETCH}
_ENDLESS = ("repeat",)
_HOLDING = ("silence", "delay", "compand")
_READING = ("fir", "firfit", "noisered")  # their first option, by default "-", is a file
_IN_C = re.compile(rb"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)
_WINDOW = 16, 1 << 24  # frames
# samples that an effect may keep in memory; it ends the process if there is none
_MOST_HELD = 1 << 28
# samples that may come out: so many, or so many for each that goes in
LEAST_LIMIT, TIMES = 1 << 27, 1 << 10


def check_signal(rate: float, channels: int) -> None:
    """Refuse a signal that libsox cannot take.

    Raises:
        BackendError: (a RuntimeError) the text says which rates and channels it takes.
    """
    if not 1 <= rate <= _MOST_RATE:
        raise BackendError(
            f"the sample rate is {rate:g} Hz, and libsox' effects take 1 to {_MOST_RATE}"
        )
    if not 0 < channels <= _MOST_CHANNELS:
        raise BackendError(
            f"there are {channels} channels, and libsox' effects take 1 to {_MOST_CHANNELS}"
        )


def settled(rate: float) -> float:
    """Round a sample rate (Hz) that is close to a whole number, at which libsox crashes."""
    return float(round(rate)) if abs(rate - round(rate)) < _LEAST_CHANGE * rate else rate


def texts(effects: object) -> list[list[str]]:
    """Return effects as lists of strings that C can hold.

    Raises:
        ArgumentTypeError: (a TypeError) they are not rows of names and options.
        BackendError: (a RuntimeError) a string has a NUL or half a surrogate pair.
    """
    if isinstance(effects, (str, bytes)) or not isinstance(effects, Iterable):
        raise ArgumentTypeError(f"effects are rows such as [['rate', '8000']], not {effects!r:.80}")
    found = []
    for effect in effects:
        if isinstance(effect, (str, bytes)) or not isinstance(effect, Iterable):
            raise ArgumentTypeError(
                f"an effect is a row such as ['rate', '8000'], not {effect!r:.80}"
            )
        found.append(
            [os.fsdecode(part) if isinstance(part, bytes) else str(part) for part in effect]
        )
    for part in (part for effect in found for part in effect):
        if "\0" in part or part != part.encode("utf-8", "replace").decode("utf-8"):
            raise BackendError(f"libsox cannot take the text {part!r:.80} in an effect")
    return found


def _number(text: str) -> float | None:
    """Return an option's number, ``k`` meaning thousands; ``None`` if it is none."""
    factor = 1000.0 if text[-1:] == "k" else 1.0
    try:
        return float(text.removesuffix("k")) * factor
    except ValueError:
        return None


def _frames(text: str, rate: float) -> float:
    """Return the frames of a time such as ``1.5``, ``0:30`` or ``8000s``; 0 if it is no time."""
    try:
        if text.endswith("s"):
            return float(text.removesuffix("s"))
        return (
            sum(float(part) * 60.0**power for power, part in enumerate(reversed(text.split(":"))))
            * rate
        )
    except (ValueError, OverflowError):
        return 0


def _check_file(name: str, options: Sequence[str]) -> None:
    """Refuse a file for an effect that waits for it for ever.

    Raises:
        BackendError: it is standard input, a pipe or a folder, or ``firfit`` loops at its text.
    """
    path = options[0] if options else "-"
    if (name == "fir" and len(options) > 1) or (path != "-" and not os.path.exists(path)):
        return  # coefficients, or what libsox refuses
    if path == "-" or not os.path.isfile(path):
        raise BackendError(f"the effect {name!r} takes a file of numbers, not {path!r}")
    if name == "firfit":
        with open(path, "rb") as file:
            words = [word for line in file for word in line.partition(b"#")[0].split()]
        if not all(_IN_C.fullmatch(word) for word in words):
            raise BackendError(
                f"the effect 'firfit' takes a file of frequencies and gains, and {path!r} holds "
                "something else"
            )


def check(effect: Sequence[str], rate: float, channels: int) -> None:
    """Refuse an effect that its input signal, or an option, would make crash or run for ever.

    Raises:
        BackendError: (a RuntimeError) the text says why.
    """
    name, *options = map(str, effect) if effect else ("",)
    numbers = [number for option in options if (number := _number(option)) is not None]
    if not all(math.isfinite(number) for number in numbers):
        raise BackendError(f"the effect {name!r} takes finite numbers, not {options}")
    if name in _READING:
        _check_file(name, options)
    least, most = _NOT_BELOW.get(name, 1), _NOT_ABOVE.get(name, _MOST_RATE)
    if not least <= rate <= most:
        bounds = f"{least} to {most} Hz"
        raise BackendError(
            f"the effect {name!r} works at {bounds}, and the sound has {rate:g} Hz; put ['rate', "
            "'16000'] before it"
        )
    if name == "rate" and numbers:
        wanted = numbers[-1]
        if not 1 <= wanted <= _MOST_RATE or not 1 / _MOST_RATIO <= wanted / rate <= _MOST_RATIO:
            raise BackendError(
                f"cannot resample {rate:g} Hz to {wanted:g} Hz: libsox makes 1 to {_MOST_RATE} Hz, "
                "and changes a rate by a factor of at most 1000"
            )
        if 0 < abs(wanted / rate - 1) < _LEAST_CHANGE:
            raise BackendError(
                f"cannot resample {rate!r} Hz to {wanted!r} Hz: libsox fails if they are almost "
                "equal; leave 'rate' out"
            )
    held = (
        max((_frames(option, rate) for option in options), default=0.0) if name in _HOLDING else 0.0
    )
    if held * channels > _MOST_HELD:
        raise BackendError(
            f"the effect {name!r} would keep {held:.3g} frames of {channels} channels in memory; "
            "take a shorter time"
        )
    if name == "tempo" and not numbers:
        raise BackendError("the effect 'tempo' takes a factor, such as ['tempo', '1.1']")
    if (
        name == "stretch"
        and len(numbers) > 1
        and not _WINDOW[0] <= numbers[1] * rate / 1000 <= _WINDOW[1]
    ):
        bounds = f"{_WINDOW[0] * 1000 / rate:g} to {_WINDOW[1] * 1000 / rate:g} ms"
        raise BackendError(
            f"the effect 'stretch' takes windows of {bounds} at {rate:g} Hz, not {numbers[1]:g}"
        )
    if name == "channels" and numbers and not 1 <= numbers[-1] <= _MOST_CHANNELS:
        raise BackendError(
            f"the effect 'channels' makes 1 to {_MOST_CHANNELS} channels, not {numbers[-1]:g}"
        )
    if name in _FACTORS and numbers and not 1 / _FACTORS[name] <= numbers[0] <= _FACTORS[name]:
        raise BackendError(
            f"the effect {name!r} takes factors of {1 / _FACTORS[name]:g} to {_FACTORS[name]:g}, "
            f"not {numbers[0]:g}"
        )
    if name in _ENDLESS and "-" in options:
        raise BackendError(f"the effect {name!r} with '-' never ends; give it a number")
