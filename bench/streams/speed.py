"""``python -m bench.streams.speed``: readers and writers against bare loops over PyAV, in one process, in turns.

The bare loop decodes, sends each frame through the same filters and copies what comes out to numpy; the bare writer makes frames of
the same chunks and encodes them. One thread, processor time, the least of several rounds. With ``--write`` the page is written.
"""

from __future__ import annotations

import argparse
import fractions
import pathlib
import platform
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import av
import numpy as np
import torch

from dispatcher.streams.reader import StreamReader
from dispatcher.streams.writer import StreamWriter

HERE = pathlib.Path(__file__).resolve().parent
RATE, SECONDS, CHUNK = 44100, 60, 4410
_MB = 1 << 20


class Row(NamedTuple):
    """One task: milliseconds of ours and of the bare loop, and the ratio that is aimed at."""

    task: str
    ours: float
    bare: float
    goal: float

    @property
    def ratio(self) -> float:
        return self.ours / self.bare


def _sound() -> torch.Tensor:
    chance = np.random.default_rng(0)
    time_axis = np.arange(RATE * SECONDS) / RATE
    wave = 0.3 * np.sin(2 * np.pi * 440 * time_axis) + 0.05 * chance.standard_normal(time_axis.size)
    return torch.from_numpy(np.stack([wave, wave[::-1]], 1).astype(np.float32))


def _files(folder: pathlib.Path, sound: torch.Tensor) -> None:
    for extension in ("mp3", "flac", "wav"):
        writer = StreamWriter(folder / f"minute.{extension}")
        writer.add_audio_stream(RATE, 2)
        with writer.open() as opened:
            opened.write_audio_chunk(0, sound)
    reader = StreamReader("testsrc2=duration=10:size=1280x720:rate=30", format="lavfi")
    reader.add_basic_video_stream(10)
    writer = StreamWriter(folder / "video.mp4")
    writer.add_video_stream(30, 1280, 720, encoder="libx264", encoder_option={"preset": "veryfast"})
    with writer.open() as opened:
        for (chunk,) in reader.stream():
            assert chunk is not None
            opened.write_video_chunk(0, chunk)


def _graph(kind: str, arguments: str, name: str, options: str) -> tuple[Any, Any, Any]:
    graph = av.filter.Graph()
    graph.threads = 1
    source, filter, sink = (
        graph.add(kind, arguments),
        graph.add(name, options),
        graph.add(f"{kind}sink"),
    )
    source.link_to(filter)
    filter.link_to(sink)
    graph.configure()
    return graph, source, sink


def _bare_read(path: str, media: str) -> None:
    with av.open(path) as container:
        stream: Any = container.streams.best(media)
        context = stream.codec_context
        context.thread_count = 1
        if media == "audio":
            layout = context.layout.name
            told = f"time_base={stream.time_base}:sample_rate={context.sample_rate}:sample_fmt={context.format.name}:channel_layout={layout}"
            _kept, source, sink = _graph("abuffer", told, "aformat", "sample_fmts=fltp")
        else:
            told = f"video_size={context.width}x{context.height}:pix_fmt={context.pix_fmt}:time_base={stream.time_base}"
            _kept, source, sink = _graph("buffer", told, "format", "pix_fmts=rgb24")
        for packet in container.demux(stream):
            for frame in packet.decode():
                source.push(frame)
                while True:
                    try:
                        sink.pull().to_ndarray()
                    except (BlockingIOError, EOFError):
                        break


def _read(path: str, media: str) -> None:
    reader = StreamReader(path)
    if media == "audio":
        reader.add_basic_audio_stream(CHUNK)
    else:
        reader.add_basic_video_stream(1)
    for _ in reader.stream():
        pass


def _bare_write(path: str, chunks: tuple[torch.Tensor, ...]) -> None:
    with av.open(path, "w") as container:
        stream: Any = container.add_stream(container.default_audio_codec, rate=RATE)
        stream.layout, stream.format = "stereo", "s16"
        position = 0
        for chunk in chunks:
            frame = av.AudioFrame.from_ndarray(
                chunk.numpy().reshape(1, -1), format="flt", layout="stereo"
            )
            frame.sample_rate, frame.pts, frame.time_base = (
                RATE,
                position,
                fractions.Fraction(1, RATE),
            )
            position += len(chunk)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def _write(path: str, chunks: tuple[torch.Tensor, ...]) -> None:
    writer = StreamWriter(path)
    writer.add_audio_stream(RATE, 2)
    with writer.open() as opened:
        for chunk in chunks:
            opened.write_audio_chunk(0, chunk)


def _race(
    task: str, ours: Callable[[], None], bare: Callable[[], None], goal: float, rounds: int
) -> Row:
    least = [float("inf"), float("inf")]
    for _ in range(rounds):
        for number, run in enumerate((ours, bare)):
            began = time.process_time()
            run()
            least[number] = min(least[number], (time.process_time() - began) * 1000)
    return Row(task, least[0], least[1], goal)


def measured(rounds: int) -> list[Row]:
    """Run everything."""
    sound = _sound()
    chunks = sound.split(CHUNK)
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        _files(folder, sound)
        for extension in ("mp3", "flac", "wav"):
            path = str(folder / f"minute.{extension}")
            task = f"a minute of stereo {extension} in chunks of 0.1 s"
            rows.append(
                _race(
                    task,
                    lambda p=path: _read(p, "audio"),
                    lambda p=path: _bare_read(p, "audio"),
                    1.1,
                    rounds,
                )
            )  # type: ignore[misc]
        path = str(folder / "video.mp4")
        video = "ten seconds of 720p h264 to rgb24"
        rows.append(
            _race(
                video,
                lambda: _read(path, "video"),
                lambda: _bare_read(path, "video"),
                1.15,
                max(2, rounds // 2),
            )
        )
        for extension in ("wav", "flac"):
            places = (str(folder / f"ours.{extension}"), str(folder / f"bare.{extension}"))
            ours, bare = (
                lambda p=places[0]: _write(p, chunks),
                lambda p=places[1]: _bare_write(p, chunks),
            )  # type: ignore[misc]
            rows.append(_race(f"the minute written as {extension}", ours, bare, 1.15, rounds))
    return rows


def hour() -> tuple[float, float]:
    """Megabytes of memory at most after a minute and after an hour of sound, written and read piece by piece."""
    minute = torch.randint(-20000, 20000, (60 * 16000, 1), dtype=torch.int16)
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for minutes in (1, 60):
            path = f"{folder}/{minutes}.flac"
            writer = StreamWriter(path)
            writer.add_audio_stream(16000, 1, "s16", encoder_option={"compression_level": "0"})
            with writer.open() as opened:
                for _ in range(minutes):
                    opened.write_audio_chunk(0, minute)
            reader = StreamReader(path)
            reader.add_basic_audio_stream(1600)
            for _ in reader.stream():
                pass
            found.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / _MB)
    return found[0], found[1]


def _table(rows: list[Row], memory: tuple[float, float]) -> str:
    lines = [
        f"| {row.task} | {row.ours:.0f} ms | {row.bare:.0f} ms | {row.ratio:.2f} | {row.goal:.2f} |"
        for row in rows
    ]
    head = "| task | ours | bare PyAV | ratio | goal |\n|---|---|---|---|---|\n"
    hours = f"An hour of sound, written and read in pieces: {memory[1]:.0f} MB of memory at most, after a minute of it {memory[0]:.0f} MB."
    return head + "\n".join(lines) + f"\n\n{hours}\n"


_PAGE = """# Streams against PyAV alone

Made by `make stream-bench`: processor time of one thread, the least of {rounds} turns, ours and a bare loop in turn in one process.
The bare loop decodes, sends each frame through the same filter and copies to numpy; bare writing makes frames of the same chunks.
Python {python}, torch {torch}, PyAV {av}.

{table}
Where a filter only changes the format to `fltp`, ours converts by numpy to the same values. Pictures that are to be `rgb24` are made as
planar RGB (`gbrp`), to the same values: FFmpeg's conversion is faster so, and the planes need not be taken apart.
"""


def main() -> int:
    """Measure, print, and write the page if asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--write", action="store_true", help="write RESULTS.md beside this file")
    given = parser.parse_args()
    torch.set_num_threads(1)
    memory = hour()
    rows = measured(given.rounds)
    table = _table(rows, memory)
    print(table)
    if given.write:
        page = _PAGE.format(
            rounds=given.rounds,
            python=platform.python_version(),
            torch=torch.__version__,
            av=av.__version__,
            table=table,
        )
        (HERE / "RESULTS.md").write_text(page)
    return int(any(row.ratio > row.goal for row in rows))


if __name__ == "__main__":
    sys.exit(main())
