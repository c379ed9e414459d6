"""Files that would make a careless decoder open something else; each names ``{target}``, a path or an address."""

import struct

PLAYLISTS = {
    "hls": "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{target}\n#EXT-X-ENDLIST\n",
    "hls key": '#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXT-X-KEY:METHOD=AES-128,URI="{target}"\n#EXTINF:1,\n{target}\n#EXT-X-ENDLIST\n',
    "m3u": "#EXTM3U\n#EXTINF:1,a\n{target}\n",
    "pls": "[playlist]\nFile1={target}\nNumberOfEntries=1\nVersion=2\n",
    "asx": '<asx version="3.0"><entry><ref href="{target}"/></entry></asx>',
    "xspf": '<?xml version="1.0"?><playlist version="1" xmlns="http://xspf.org/ns/0/"><trackList><track><location>{target}</location></track>'
    "</trackList></playlist>",
    "cue": 'FILE "{target}" WAVE\n  TRACK 01 AUDIO\n    INDEX 01 00:00:00\n',
    "concat": "ffconcat version 1.0\nfile '{target}'\n",
    "concat without header": "file '{target}'\n",
    "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\na=control:{target}\nm=audio 5004 RTP/AVP 0\n",
    "dash": '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"><Period><AdaptationSet mimeType="audio/mp4">'
    '<Representation id="1" bandwidth="1"><BaseURL>{target}</BaseURL></Representation></AdaptationSet></Period></MPD>',
    "imf": '<?xml version="1.0"?><CompositionPlaylist xmlns="http://www.smpte-ra.org/schemas/2067-3/2016"><Id>{target}</Id></CompositionPlaylist>',
    "smooth": '<?xml version="1.0"?><SmoothStreamingMedia Url="{target}"></SmoothStreamingMedia>',
    "svg": '<svg xmlns="http://www.w3.org/2000/svg"><image href="{target}"/></svg>',
    "subtitles": "WEBVTT\n\n00:00.000 --> 00:01.000\n{target}\n",
    "vobsub": "# VobSub index file, v7 (do not modify this line!)\nid: en, index: 0\ntimestamp: 00:00:00:000, filepos: 000000000\n",
}
NAMES = ("x.wav", "x.mp3", "x.m3u8", "x.flac", "x.ogg", "x.mpd", "x.pls", "x")
# what FFmpeg would take for a protocol, in front of a path
PREFIXES = (
    "concat:", "concatf:", "subfile,,start,0,end,0,,:", "data:audio/wav;base64,", "pipe:", "async:", "cache:", "crypto:", "ffrtmphttp:",
    "hls+file:", "md5:", "tee:", "unix:", "fd:", "file:", "ftp://127.0.0.1/", "rtp://127.0.0.1/", "tcp://127.0.0.1/", "|cat ",
)  # fmt: skip
_CONTAINERS = (b"moov", b"trak", b"mdia", b"minf", b"dinf")


def referring(mp4: bytes, kind: str, target: str) -> bytes:
    """An mp4 whose sound lies, as it says, in another file; ``kind`` is how it says that: ``url`` or ``alis``."""
    out, at = b"", 0
    while at + 8 <= len(mp4):
        size, name = struct.unpack_from(">I4s", mp4, at)
        body = mp4[at + 8 : at + size]
        if name in _CONTAINERS:
            body = referring(body, kind, target)
        elif name == b"dref":
            body = struct.pack(">4xI", 1) + _reference(kind, target.encode())
        out += struct.pack(">I4s", len(body) + 8, name) + body
        at += size
    return out


def _reference(kind: str, target: bytes) -> bytes:
    if kind == "url":
        return struct.pack(">I4s4x", len(target) + 20, b"url ") + b"file://" + target + b"\0"
    # QuickTime's alias record: a volume, a name, how many folders up and down, and the path twice, by types 2 and 18
    path = target + b"\0" * (len(target) & 1)
    record = struct.pack(">10xB27s12xB63s16xhh16x", 3, b"vol", min(63, len(target)), target, 0, 1)
    record += b"".join(struct.pack(">hH", each, len(target)) + path for each in (2, 18)) + struct.pack(">hh", -1, 0)
    return struct.pack(">I4s4x", len(record) + 12, b"alis") + record
