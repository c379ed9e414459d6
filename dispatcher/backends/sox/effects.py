"""A chain of libsox' effects: an input, effects by name, and an output collected in memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dispatcher import handles, interrupts
from dispatcher.backends.sox import effects_guard, shared
from dispatcher.backends.sox.encodings import SIGN2
from dispatcher.backends.sox.library import Library, listed
from dispatcher.backends.sox.samples import Samples
from dispatcher.errors import BackendError
from dispatcher.lazily import np

_MULTICHANNEL = 16  # SOX_EFF_MCHAN: one instance serves all channels
_EOF = -1
# effects that torchaudio keeps out of a chain: its ends, and those that need files of their own
NOT_FOR_CHAINS = frozenset({"input", "output", "spectrogram", "noiseprof", "noisered", "splice"})


def names(sox: Library) -> dict[str, str]:
    """Return the effects of the installed libsox that a chain may hold, with their usage lines."""
    handlers = [function() for function in listed(sox.lib.sox_get_effect_fns())]
    usage = {sox.text(one.name): sox.text(one.usage) for one in handlers if one and one.name}
    return {name: text for name, text in usage.items() if name not in NOT_FOR_CHAINS}


def apply(
    sox: Library, samples: Samples, rate: float, precision: int, effects: Sequence[Sequence[str]]
) -> tuple[Samples, float]:
    """Send samples, ``[time, channel]``, through effects; return them and their sample rate in Hz.

    Raises:
        BackendError: an effect is unknown, an option is wrong, or the chain fails.
    """
    effects_guard.check_signal(rate, samples.shape[1])
    rate = effects_guard.settled(rate)
    rows = effects_guard.texts(effects)
    ffi = sox.ffi
    data = np.ascontiguousarray(samples).reshape(-1)
    channels = samples.shape[1]
    position = gathered = 0
    most = max(effects_guard.LEAST_LIMIT, data.size * effects_guard.TIMES)
    collected: list[Samples] = []
    stopped: list[BaseException] = []

    def drain(_: Any, out: Any, count: Any) -> int:
        """Give libsox the next input samples; no more after an interrupt."""
        nonlocal position
        try:
            interrupts.check()
        except BaseException as why:  # noqa: BLE001 - raised again after libsox returns
            stopped.append(why)
            count[0] = 0
            return _EOF
        taken = min(count[0] - count[0] % channels, data.size - position)
        ffi.memmove(out, ffi.cast("char *", data.ctypes.data) + 4 * position, 4 * taken)
        position += taken
        count[0] = taken
        return 0 if taken else _EOF

    def flow(_: Any, into: Any, out: Any, count: Any, made: Any) -> int:
        """Collect output samples; end the chain when there are too many."""
        nonlocal gathered
        gathered += count[0]
        made[0] = 0
        if gathered > most or stopped:
            return _EOF
        collected.append(np.frombuffer(ffi.buffer(into, 4 * count[0]), np.int32).copy())
        return 0

    drain_callback = ffi.callback("int(sox_effect_t *, sox_sample_t *, size_t *)", drain)
    flow_callback = ffi.callback(
        "int(sox_effect_t *, sox_sample_t const *, sox_sample_t *, size_t *, size_t *)", flow
    )

    signal = ffi.new(
        "sox_signalinfo_t *",
        {"rate": rate, "channels": channels, "precision": precision, "length": data.size},
    )
    encoding = ffi.new("sox_encodinginfo_t *", {"encoding": SIGN2, "bits_per_sample": 32})
    with sox.shared.lock, shared.for_effects(sox) as own:
        create, delete = own.lib.sox_create_effects_chain, own.lib.sox_delete_effects_chain
        with handles.opened(delete, create, encoding, encoding) as made:
            chain = _Chain(own, made, signal)
            chain.add_end("input", drain=drain_callback)
            for effect in rows:
                effects_guard.check(effect, float(signal.rate), int(signal.channels))
                chain.add(_find(own, effect), tuple(effect[1:]))
                effects_guard.check_signal(float(signal.rate), int(signal.channels))
            chain.add_end("output", flow=flow_callback)
            chain.run()
    if stopped:
        raise stopped[0]
    if gathered > most:
        raise BackendError(f"the effects make more than {most} samples of {data.size}")
    result = np.concatenate(collected) if collected else np.empty(0, np.int32)
    return result.reshape(-1, int(signal.channels)), float(signal.rate)


def _find(sox: Library, effect: Sequence[str]) -> Any:
    """Return libsox' handler of an effect."""
    name = effect[0] if effect else ""
    if name in NOT_FOR_CHAINS:
        raise BackendError(f"the effect {name!r} cannot be used in a chain here")
    handler = sox.lib.sox_find_effect(str(name).encode())
    if not handler:
        raise BackendError(f"libsox has no effect {name!r}; effect_names() lists those it has")
    return handler


class _Chain:
    """One chain: add effects, then run it.

    ``signal`` is what leaves the effect added last. What entered the chain is also what effects aim
    at that are not told otherwise: ``rate`` its sample rate, ``dither`` its precision.
    """

    def __init__(self, sox: Library, chain: Any, signal: Any) -> None:
        self._sox, self._chain, self._signal = sox, chain, signal
        self._aim = sox.ffi.new("sox_signalinfo_t *", signal[0])
        self._alive: list[Any] = []  # libsox keeps pointers into what was passed

    def add_end(self, name: str, **callbacks: Any) -> None:
        """Add an effect made of our callbacks."""
        handler = self._sox.ffi.new("sox_effect_handler_t *")
        text = self._sox.ffi.new("char[]", name.encode())
        handler.name, handler.usage, handler.flags = text, text, _MULTICHANNEL
        for key, callback in callbacks.items():
            setattr(handler, key, callback)
        self._alive += [text, handler]
        self.add(handler, ())

    def add(self, handler: Any, options: Sequence[str]) -> None:
        """Add an effect with its options.

        Raises:
            BackendError: libsox refuses the options, or the effect refuses its input signal.
        """
        ffi, lib = self._sox.ffi, self._sox.lib
        effect, name = lib.sox_create_effect(handler), self._sox.text(handler.name)
        try:
            texts = [ffi.new("char[]", str(option).encode()) for option in options]
            argv = ffi.new("char *[]", texts or [ffi.NULL])
            self._alive += [texts, argv]
            if handler.getopts and lib.sox_effect_options(effect, len(texts), argv) != 0:
                raise BackendError(f"the effect {name!r} does not take the options {list(options)}")
            if lib.sox_add_effect(self._chain, effect, self._signal, self._aim) != 0:
                where = f"{int(self._signal.channels)} channels at {self._signal.rate:g} Hz"
                raise BackendError(f"the effect {name!r} does not work with {where}")
        finally:
            lib.free(effect)

    def run(self) -> None:
        """Send all samples through.

        Raises:
            BackendError: an effect failed.
        """
        if self._sox.lib.sox_flow_effects(
            self._chain, self._sox.ffi.NULL, self._sox.ffi.NULL
        ) not in (0, _EOF):
            raise BackendError("libsox' effects chain failed")
