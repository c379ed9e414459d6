"""Tests of a library that reads sound, as they were in the days of torchaudio 2.0."""

import torchaudio

PATH = "tests/oracle/assets/stereo_16.flac"


def seconds(path):
    meta = torchaudio.info(path)
    return meta.num_frames / meta.sample_rate


def test_seconds():
    assert seconds(PATH) == 0.25


def test_backend():
    torchaudio.set_audio_backend("soundfile")
    assert torchaudio.get_audio_backend() == "soundfile"
