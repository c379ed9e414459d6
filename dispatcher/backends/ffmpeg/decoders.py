"""Decoders that give the frames of the FFmpeg of the releases, where today's gives others."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Literal, TypeAlias, cast

from dispatcher import notices
from dispatcher.backends.ffmpeg import joints
from dispatcher.errors import BackendError, describe
from dispatcher.headers import ac3, ogg_packets
from dispatcher.headers.container import Part
from dispatcher.lazily import av, np
from dispatcher.reading import joined_files

# by codec, the option with which FFmpeg sees damage that it would decode without a word; in these,
# each block stands for itself
_STRICT = {"err_detect": "crccheck+explode"}
CHECKED = dict.fromkeys(("flac", "tta", "wavpack"), _STRICT)
Decoder: TypeAlias = "Callable[[av.Packet[Any]], Iterable[av.AudioFrame]]"

_NEW_HEADERS: Literal["new_extradata"] = "new_extradata"
_VORBIS_SETUP = b"\5vorbis"
# a frame of SBC begins with a sync byte; the next one has 2 bits of sample rate, 2 of blocks, 2 of
# mode
_SBC_RATES = (16000, 32000, 44100, 48000)
_MSBC, _MSBC_RATE = 0xAD, 16000
_IMA, _SAME_STEPS = "adpcm_ima_wav", "adpcm_ima_dk4"
_IMA_CHANNELS = 2
_IMA_HEADER = 4  # bytes of a channel: 2 of its first sample, 1 of its step's index, 1 unused
_IMA_GROUP = 4  # bytes of a channel before those of the next channel
_TURNED = bytes((byte << 4 | byte >> 4) & 0xFF for byte in range(256))
_HIGH, _LOW = 0xF0F0F0F0, 0x0F0F0F0F  # half of each of 4 bytes


def of(stream: Any, context: Any) -> Decoder:
    """Return the function that decodes packets of a stream; ``context`` is its own decoder."""
    if stream.type == "audio":
        codec, container = context.codec.canonical_name, stream.container.format.name
        if (codec, container) == ("vorbis", "ogg"):
            return _vorbis(context)
        if codec in CHECKED:
            return _checked(stream, context)
        if codec in ("ac3", "eac3"):
            return _linked(stream, context)
        if codec == "sbc":
            return _sbc(stream, context)
        if codec == _IMA and context.channels <= _IMA_CHANNELS:
            return _ima(context)
    return cast("Decoder", context.decode)


def _checked(stream: Any, context: Any) -> Decoder:
    """Decode blocks as they come out, and warn of the first one whose checksum is wrong.

    FFmpeg compares checksums only if it is asked to, and then leaves out such a block. So what
    comes out is compared with what a decoder gives that does not compare them. The parser of flac
    puts a block whose end it cannot verify into one packet with its neighbours, without a
    timestamp.
    """
    if not context.is_open:
        context.options = {**context.options, **CHECKED[context.codec.canonical_name]}
    is_told = False

    def decode(packet: av.Packet[Any]) -> Iterable[av.AudioFrame]:
        nonlocal is_told
        try:  # ``suppress`` costs as much as all else here
            found: list[av.AudioFrame] = context.decode(packet)
        except av.error.InvalidDataError:
            found = []
        if not packet.size or (len(found) == 1 and packet.pts is not None):
            return found
        unchecked: Any = av.CodecContext.create(context.name, "r")
        unchecked.extradata = context.extradata
        every: list[av.AudioFrame] = unchecked.decode(packet)
        if len(every) > len(found) and not is_told:
            is_told = True
            _warn_of_checksum(stream)
        return every

    return decode


def _linked(stream: Any, context: Any) -> Decoder:
    """Decode frames, and warn if some checksums are wrong; where most are, the encoder wrote none.

    A frame needs those before it, so none may be left out or decoded twice, as would be those that
    share a packet with one that FFmpeg refuses. So it decodes all, and the checksums are compared
    here.
    """
    right = wrong = 0

    def decode(packet: av.Packet[Any]) -> Iterable[av.AudioFrame]:
        nonlocal right, wrong
        found: list[av.AudioFrame] = context.decode(packet)
        if packet.size and not 0 < wrong < right:
            is_right = ac3.is_right(bytes(packet))
            right, wrong = right + is_right, wrong + (not is_right)
            if 0 < wrong < right:
                _warn_of_checksum(stream)
        return found

    return decode


def _warn_of_checksum(stream: Any) -> None:
    name = describe(joints.uri_of(stream.container))
    notices.warn(
        f"{name} is damaged: a block's checksum is wrong, so its samples may be",
        notices.DamagedInputWarning,
    )


def _vorbis(context: Any) -> Decoder:
    """Decode chained Ogg Vorbis at the joints of its parts as FFmpeg's command up to 7 does.

    FFmpeg 7 starts each part anew, over silence: the first block gives as many frames as if a block
    of its size came before it. FFmpeg 8 overlaps it with the last block of the part before, which
    may have another size, and so gives up to 896 frames more. Headers in a packet after the first
    frames mark a joint; a file of one part has none there.
    """
    headers, gave = bytes(context.extradata or b""), False

    def decode(packet: av.Packet[Any]) -> Iterable[av.AudioFrame]:
        """Decode a packet; put silence before the first one of a part."""
        nonlocal headers, gave
        for side in packet.iter_sidedata():  # has_sidedata takes six times as long
            if packet.size and side.data_type == _NEW_HEADERS:
                before, headers = headers, bytes(side)
                first = bytes(packet)[0]
                silence = _silence(first, _modes(headers), _modes(before)) if gave else b""
                if silence:
                    context.flush_buffers()
                    context.decode(av.Packet(silence))
        found: list[av.AudioFrame] = context.decode(packet)
        gave = gave or bool(found)
        return found

    return decode


def _modes(headers: bytes) -> tuple[int, ...]:
    return (
        ogg_packets.modes(headers[headers.rfind(_VORBIS_SETUP) :])
        if _VORBIS_SETUP in headers
        else ()
    )


def _silence(first: int, modes: tuple[int, ...], before: tuple[int, ...]) -> bytes:
    """Return a silent packet with the block size that this block expects before it.

    ``first`` is the first byte of the block. Empty if the headers do not tell the size.
    """
    bits = (len(modes) - 1).bit_length()
    number = first >> 1 & (1 << bits) - 1
    if number >= len(modes):
        return b""
    # a long block tells the size before it; a short one always overlaps as with a short one
    long = modes[number] and first >> 1 + bits & 1
    if long not in before:
        return b""
    return bytes([before.index(long) << 1]) + bytes(15)


def _sbc(stream: Any, context: Any) -> Decoder:
    """Decode SBC, unless it changes on its way: FFmpeg's decoder keeps the first rate."""
    first: Part | None = None

    def decode(packet: av.Packet[Any]) -> Iterable[av.AudioFrame]:
        """Decode a packet, and compare its rate and channels with those of the first.

        Raises:
            BackendError: they differ; the text gives the place and what to do.
        """
        nonlocal first
        found: list[av.AudioFrame] = context.decode(packet)  # raises if the header is damaged
        if found and packet.size:
            sync, head = bytes(packet)[:2]
            rate = _MSBC_RATE if sync == _MSBC else _SBC_RATES[head >> 6]
            part = Part("sbc", packet.pos or 0, rate, found[0].layout.nb_channels)
            first = first or part
            if cause := joined_files.change([first, part]):
                uri = joints.uri_of(stream.container)
                raise BackendError(f"{cause}. {joined_files.cut(uri, part)}")
        return found

    return decode


def _ima(context: Any) -> Decoder:
    """Decode Microsoft's IMA ADPCM (wav, w64, avi, mkv) to the recorded samples.

    FFmpeg up to 8.0 rounds each step once. From 8.1 on it rounds in parts, which is up to 10 of
    32,768 off. Its decoder for Duck's "DK4" still rounds once, and DK4's blocks hold the same
    nibbles in another order. So the nibbles are put into that order and decoded by that decoder.
    """
    channels: int = context.channels
    size: int | None = None
    rounding_once: Any = av.CodecContext.create(_SAME_STEPS, "r")
    rounding_once.sample_rate, rounding_once.layout = context.sample_rate, context.layout

    def decoded(data: bytes, begin: int, packet: av.Packet[Any]) -> list[av.AudioFrame]:
        blocks: Any = av.Packet(data)
        if not begin:
            blocks.pts, blocks.dts = packet.pts, packet.dts
        blocks.time_base = packet.time_base
        found: list[av.AudioFrame] = rounding_once.decode(blocks)
        return found

    def decode(packet: av.Packet[Any]) -> Iterator[av.AudioFrame]:
        """Decode the blocks of a packet together; one after the other if any is damaged."""
        nonlocal size
        if size is None and packet.size:
            size = _block_bytes(packet, context)
            rounding_once.options = {"block_align": str(size)}
        if not size or not packet.size:
            yield from context.decode(packet)
            return
        data = _reordered(bytes(packet), size, channels)
        begins, found = range(0, len(data), size), []
        with contextlib.suppress(av.FFmpegError):
            found = decoded(data, 0, packet)
        if len(found) == len(begins):
            yield from found
            return
        for begin in begins:  # PyAV may leave out what follows the damage, without an error
            yield from decoded(data[begin : begin + size], begin, packet)

    return decode


def _block_bytes(packet: av.Packet[Any], context: Any) -> int:
    """Return the size of a block in bytes; 0 unless samples have 4 bits.

    The decoder makes a frame of each block of a packet. For each channel a block has a header of 4
    bytes, which is 8 nibbles and holds 1 sample, and then a nibble for each further sample.
    """
    frames = context.decode(packet)
    size, rest = divmod(packet.size, len(frames) or 1)
    nibbles = 2 * size // context.channels
    if rest or not frames or nibbles - frames[0].samples != 2 * _IMA_HEADER - 1:
        return 0
    return size if size > _IMA_HEADER * context.channels else 0


def _reordered(data: bytes, size: int, channels: int) -> bytes:
    """Return blocks of ``size`` bytes with their nibbles in the order of DK4.

    Both hold the samples of a frame or channel one after the other, but in another order:

        wav, 1 channel     each byte holds two samples, the first one low
        DK4, 1 channel     the same, the first one high
        wav, 2 channels    LLLL RRRR LLLL ...   4 bytes of a channel, then 4 of the other, low first
        DK4, 2 channels    one byte for each frame, left high and right low
    """
    header, rest = _IMA_HEADER * channels, len(data) % size
    if rest > header:  # the last block may be shorter; it has whole groups
        data = data[: len(data) - rest % (_IMA_GROUP * channels)]
    if channels == 1:
        turned = bytearray(data.translate(_TURNED))
        for begin in range(0, len(data), size):
            turned[begin : begin + header] = data[begin : begin + header]
        return bytes(turned)
    whole = len(data) // size * size
    blocks = np.frombuffer(data, np.uint8, whole).reshape(-1, size).copy()
    words = blocks[:, header:].copy().view(np.uint32)
    left, right = words[:, ::2], words[:, 1::2]
    blocks[:, header::2] = (left << 4 & _HIGH | right & _LOW).view(np.uint8)
    blocks[:, header + 1 :: 2] = (left & _HIGH | right >> 4 & _LOW).view(np.uint8)
    last = data[whole:]
    return blocks.tobytes() + (_reordered(last, len(last), channels) if last else b"")
