"""Watch a video with its sound: pictures and the sound that belongs to each, read in step; then write half of it anew."""

import sys

import torch
from torchaudio.io import StreamReader, StreamWriter

PICTURES = 10.0
RATE = 16000


def make(path):
    """A white flash in each second, and a click with it."""
    sound = torch.zeros(int(3 * RATE), 1)
    pictures = torch.zeros(int(3 * PICTURES), 3, 32, 48, dtype=torch.uint8)
    for second in range(3):
        first = int((second + 0.5) * PICTURES)
        pictures[first] = 255
        sound[int((second + 0.5) * RATE) : int((second + 0.6) * RATE)] = 0.8 * torch.sin(torch.arange(RATE // 10) / 2)[:, None]
    writer = StreamWriter(path)
    writer.add_audio_stream(RATE, 1, encoder="pcm_s16le")
    writer.add_video_stream(PICTURES, 48, 32, encoder="mpeg4")
    with writer.open() as opened:
        for sound_piece, picture_piece in zip(sound.split(RATE // 2), pictures.split(5), strict=True):
            opened.write_audio_chunk(0, sound_piece)
            opened.write_video_chunk(1, picture_piece)


def flashes(path):
    reader = StreamReader(path)
    reader.add_basic_audio_stream(int(RATE / PICTURES), buffer_chunk_size=-1, stream_index=reader.default_audio_stream)
    reader.add_basic_video_stream(1, buffer_chunk_size=-1, format="gray")
    found = []
    for sound, picture in reader.stream():
        if sound is None or picture is None:
            break
        assert abs(sound.pts - picture.pts) < 0.5 / PICTURES, (sound.pts, picture.pts)
        bright, loud = picture.float().mean() > 128, sound.abs().max() > 0.4
        assert bool(bright) == bool(loud), (picture.pts, float(picture.float().mean()), float(sound.abs().max()))
        if bright:
            found.append(round(picture.pts, 2))
    return found


def main(path):
    make(path)
    assert flashes(path) == [0.5, 1.5, 2.5], flashes(path)
    reader = StreamReader(path)
    reader.add_basic_video_stream(1, format="rgb24", width=24, height=16)
    reader.seek(1.0)
    reader.fill_buffer()
    (chunk,) = reader.pop_chunks()
    assert round(chunk.pts, 2) == 1.0
    assert chunk.shape == (1, 3, 16, 24)
    info = reader.get_src_stream_info(reader.default_video_stream)
    assert (info.width, info.height, info.frame_rate) == (48, 32, 10.0)
    print("in step", *flashes(path))


if __name__ == "__main__":
    main(sys.argv[1])
