"""Hear words in sound that is still being recorded: a recorder writes a file, and this reads it a tenth of a second at a time."""

import sys
import threading
import time

import torch
from torchaudio.io import StreamReader

RATE = 16000
TONES = {"low": 300.0, "middle": 900.0, "high": 2700.0}


class Tail:
    """A file that grows: reading waits for more, until the recorder says that it is done."""

    def __init__(self, path, done):
        self.file, self.done = open(path, "rb"), done  # noqa: SIM115

    def read(self, size):
        while True:
            data = self.file.read(size)
            if data or self.done.is_set():
                return data or self.file.read(size)
            time.sleep(0.01)


def record(path, words, heard, done):
    with open(path, "ab", buffering=0) as file:
        for number, word in enumerate(words):
            if number == 2:
                heard.wait(60)  # so that a busy machine hears the first word before the last is recorded
            time_axis = torch.arange(RATE // 2) / RATE
            wave = 0.5 * torch.sin(2 * torch.pi * TONES[word] * time_axis) + 0.01 * torch.randn(RATE // 2)
            for piece in (wave * 32767).to(torch.int16).split(800):
                file.write(piece.numpy().tobytes())
                time.sleep(0.005)
    done.set()


class Recogniser:
    """Keeps the last half second, and names the tone that it holds for all of it."""

    def __init__(self):
        self.context = torch.zeros(RATE // 2)
        self.words = []

    def hear(self, chunk):
        self.context = torch.cat([self.context, chunk[:, 0]])[-RATE // 2 :]
        spectrum = torch.fft.rfft(self.context * torch.hann_window(len(self.context))).abs()
        loudest = float(spectrum.argmax()) * RATE / len(self.context)
        word = min(TONES, key=lambda name: abs(TONES[name] - loudest))
        if abs(TONES[word] - loudest) < 20 and spectrum.max() > 0.9 * 0.25 * len(self.context) * 0.5 and word != (self.words or [""])[-1]:
            self.words.append(word)


def main(path):
    said = ["low", "high", "middle", "low"]
    heard, done = threading.Event(), threading.Event()
    open(path, "wb").close()
    recorder = threading.Thread(target=record, args=(path, said, heard, done))
    recorder.start()
    reader = StreamReader(Tail(path, done), format="s16le", option={"sample_rate": str(RATE), "channels": "1"}, buffer_size=1600)
    reader.add_basic_audio_stream(frames_per_chunk=RATE // 10, sample_rate=RATE)
    recogniser = Recogniser()
    heard_before_the_end = False
    for (chunk,) in reader.stream(timeout=-1, backoff=1.0):
        recogniser.hear(chunk)
        heard_before_the_end = heard_before_the_end or (bool(recogniser.words) and not done.is_set())
        if recogniser.words:
            heard.set()
    recorder.join()
    assert recogniser.words == said, recogniser.words
    assert heard_before_the_end
    print("heard", *recogniser.words)


if __name__ == "__main__":
    main(sys.argv[1])
