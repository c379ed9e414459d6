"""Growth that is allowed: what the libraries lose themselves at damaged files, which no check of ours can keep."""

from __future__ import annotations

# bytes for each mutation, which is read four times. libsox loses 2 kB for each file that it hands to libsndfile (caf, w64, ...),
# and 9 to 18 kB where flac or mp3 is damaged at its first frames; libsndfile and FFmpeg lose next to nothing.
GROWTH = {"ffmpeg": 500, "soundfile": 500, "sox": 4000}
