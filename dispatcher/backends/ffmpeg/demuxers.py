"""The demuxers that FFmpeg may use for a file, listed so that new ones stay closed until checked.

Left out are devices and the demuxers that open other files or addresses (hls, dash, concat, imf,
mlv, vobsub, ...), that generate data (lavfi, sbg), that read pictures, subtitles or text, and that
hold no audio. Also left out:

- adx: FFmpeg 8 divides by zero at a damaged header, which ends the process (``make fuzz``).
"""

import functools

from dispatcher.settings import Settings

_CONTAINERS = """
3dostr 4xm aa aac aax ac3 ac4 ace acm act adp ads aea afc aiff aix alp amr amrnb amrwb apac apc ape
apm aptx aptx_hd argo_asf argo_brp argo_cvg asf asf_o ast au avi avr bethsoftvid bfi bfstm bink
binka bit bmv boa bonk brstm c93 caf cavsvideo cdxl codec2 daud dcstr derf dfpwm dhav dsf dsicin dss
dts dtshd dv dxa ea eac3 epaf film_cpk flac flv fsb fwse g722 g723_1 g726 g726le g728 g729 genh gsm
gxf hca hcom hnm iamf iff idcin ilbc ipmovie ircam iss ivf ivr jv kux kvag laf latm lc3 live_flv
lmlm4 loas luodat lvf lxf matroska webm mca mgsts mlp mm mmf mods moflex mov mp4 m4a 3gp 3g2 mj2 mp2
mp3 mpc mpc8 mpeg mpegts mpegtsraw msf msnwctcp msp mtaf mtv musx mv mvi mxf mxg nc nistsphere nsp
nsv nut nuv ogg oma osq paf pmp pp_bnk psxstr pva pvf qcp qoa r3d redspark rka rl2 rm roq rpl rsd
rso s337m sbc scd sdns sdr2 sds sdx shn siff simbiosis_imx sln smjpeg smk smush sol sox spdif spx
svag svs swf tak thp tiertexseq tmv truehd tta txd ty usm vag vidc vividas vivo vmd voc vpk vqf w64
wady wav wavarc wc3movie wsaud wsd wsvqa wtv wv wve xa xmd xmv xvag xwma yop
"""
# samples without a header: FFmpeg uses these only if the caller names them
_BARE = (
    "alaw f32be f32le f64be f64le mulaw s8 s16be s16le s24be s24le s32be s32le u8 u16be u16le "
    "u24be u24le u32be u32le"
)
# other names for demuxers
_ALIASES = {"vorbis": "ogg"}  # libsox' name, which the releases accepted here too


def allowed(settings: Settings) -> str:
    """Return the demuxers that may be used, as FFmpeg's option ``format_whitelist`` wants them."""
    return _joined(settings.also_open)


@functools.cache
def _joined(also: tuple[str, ...]) -> str:
    return ",".join(sorted({*_CONTAINERS.split(), *_BARE.split(), *also}))


def named(format: str | None) -> str | None:
    """Return FFmpeg's name for the argument ``format``."""
    return _ALIASES.get(format, format) if format else None
