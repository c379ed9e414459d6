"""What is allowed: what the libraries lose, and make out differently, at damaged files, which no check of ours can keep."""

# bytes for each mutation that is read five times, as short files are. libsox loses 2 kB for each file that it hands to libsndfile (caf, w64, ...), and 9 to
# 18 kB where flac or mp3 is damaged at its first frames; libsndfile 5.8 kB where it cannot open an ogg; FFmpeg 150 to 370 bytes for a
# damaged file, read by bare PyAV as well as by us
GROWTH = {"ffmpeg": 1500, "soundfile": 1500, "sox": 4000}

# how a damaged file begins of which a library makes one thing as a whole, and another where it seeks or counts: it goes to a place
# by the times that pages or frames tell, and reads on over what is missing; libsox takes a size in a header as it stands; info goes by the
# last frame of a flac file, and so misses what is there twice; a damaged packet of ALAC may give nothing, and FFmpeg says nothing
_ALAC = b"\0\0\0\x1cftypM4A"
DIFFERENT: dict[tuple[str, str], tuple[bytes, ...]] = {
    ("ffmpeg", "info"): (b"fLaC", _ALAC),
    ("ffmpeg", "piece"): (_ALAC,),
    ("soundfile", "piece"): (b"OggS",),
    ("sox", "piece"): (b"OggS", b"fLaC"),
    ("sox", "info"): (b"OggS", b"RIFF", b".snd"),
}

# likewise where frames were left out, repeated or exchanged, each of which is whole
REARRANGED: dict[str, tuple[bytes, ...]] = {"soundfile": (b"fLaC",), "ffmpeg": (b"fLaC",)}

# frames that libsndfile and libsox count too many even in good MPEG audio, by the size of the file
MISCOUNTED = {"ffmpeg": 0, "soundfile": 2 * 1152, "sox": 2 * 1152}
