"""The accepted differences of streams, each made by bare PyAV: not what was recorded, and the same as here."""

import fnmatch
import io
import json
import pathlib
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from typing import Any

import av
import numpy as np
import pytest

from tests.oracle import compare, test_oracle
from tests.oracle.replay import describe, describe_media, tone

HERE = pathlib.Path(__file__).resolve().parent
ASSETS = HERE / "assets"
RELEASES = ("2.2-stream", "2.8-stream")
_RATE, _CHUNK = 16000, 5
_FPS = {"fps5": "5", "fps20": "20", "fps_frac": "30000/1001"}

Outcome = dict[str, Any]


def _tags(want: Outcome) -> Any:
    """What was recorded, with the tags that PyAV reads in place of those of the release."""
    *counts, streams = want["value"]
    with av.open(str(ASSETS / want["id"].rpartition("/")[2])) as container:
        tags = [sorted(key.lower() for key in stream.metadata) for stream in container.streams]
    return [*counts, [{**stream, "metadata": found} for stream, found in zip(streams, tags, strict=True)]]


def _filtered(frames: Iterable[Any], source: dict[str, Any], *filters: tuple[str, str]) -> Iterator[Any]:
    """Pictures that went through a chain of filters."""
    graph = av.filter.Graph()
    chain = [graph.add_buffer(**source), *(graph.add(*found) for found in filters), graph.add("buffersink")]
    graph.link_nodes(*chain).configure()
    for frame in (*frames, None):
        graph.vpush(frame)
        while True:
            try:
                yield graph.vpull()
            except (av.BlockingIOError, av.EOFError):
                break


def _at_rate(want: Outcome) -> Any:
    """The chunks of the pictures that the filter ``fps`` gives."""
    _, _, _, rate, asset = want["id"].split("/")
    with av.open(str(ASSETS / asset)) as container:
        stream = container.streams.video[0]
        source = {"template": stream, "time_base": stream.time_base}
        found = list(_filtered(container.decode(stream), source, ("fps", _FPS[rate])))
    return [
        [[round(float(found[at].time), 3), [len(found[at : at + _CHUNK]), 3, found[at].height, found[at].width], "torch.uint8"]]
        for at in range(0, len(found), _CHUNK)
    ]


def _sound(container: str, encoder: str, format: str) -> bytes:
    """The tone of the recorded cases, in a file."""
    samples = np.ascontiguousarray(tone().numpy().T).reshape(1, -1)
    frame = av.AudioFrame.from_ndarray(samples, format="flt", layout="stereo")
    frame.sample_rate, frame.pts, frame.time_base = _RATE, 0, Fraction(1, _RATE)
    named = {"bit_rate": av.CodecContext.create(encoder, "w").bit_rate or 0, "options": {"strict": "experimental"}}
    file = io.BytesIO()
    with av.open(file, "w", format=container) as opened:
        stream: Any = opened.add_stream(encoder, rate=_RATE, layout="stereo", format=format, **named)
        for each in (frame, None):
            opened.mux(stream.encode(each))
    return file.getvalue()


def _vorbis(container: str) -> bytes:
    """By the one encoder of Vorbis that PyAV's wheel has."""
    with pytest.raises(ValueError, match="libvorbis"):
        av.Codec("libvorbis", "w")
    return _sound(container, "vorbis", "fltp")


# the pattern of a line of accepted.toml -> what bare PyAV gives in place of a recorded outcome
SHOWN: dict[str, Callable[[Outcome], Any]] = {
    "stream/read/info/*.mp4": _tags,
    "stream/read/video/fps*/moving.mp4": _at_rate,
    "stream/write/ext_ogg/ogg": lambda want: describe(_vorbis("ogg")),
    "stream/write/fileobj_matroska/matroska": lambda want: describe_media(_vorbis("matroska")),
    "stream/write/enc_f32/filter_wav": lambda want: describe(_sound("wav", "pcm_f32le", "flt")),
    "stream/write/opus_rate/filter_opus": lambda want: describe(_sound("ogg", "libopus", "s16")),
}


@pytest.fixture(scope="module", params=RELEASES)
def here(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, Outcome]]:
    """The outcomes of the accepted cases of one release, on this project."""
    path = tmp_path_factory.mktemp("cases") / "accepted.jsonl"
    cases = (HERE / "cases" / "stream.jsonl").read_text().splitlines(keepends=True)
    path.write_text("".join(case for case in cases if any(fnmatch.fnmatchcase(json.loads(case)["id"], pattern) for pattern in SHOWN)))
    return request.param, test_oracle.replayed(test_oracle.RUNS[request.param], path)


@pytest.mark.parametrize("pattern", SHOWN)
def test_bare_pyav_gives_what_is_given_here(pattern: str, here: tuple[str, dict[str, Outcome]]) -> None:
    """At least one case of the line differs from the recorded one, and no case from bare PyAV."""
    name, outcomes = here
    lines = test_oracle._lines(HERE / "outcomes" / f"{name}.jsonl")
    recorded = {line["id"]: line for line in lines if fnmatch.fnmatchcase(line["id"], pattern)}
    ours = {case: outcomes[case].get("warnings", []) for case in recorded}  # bare PyAV says nothing of what Vorbis loses
    bare = {
        case: {**want, "value": json.loads(json.dumps(SHOWN[pattern](want))), "warnings": ours[case]} for case, want in recorded.items()
    }
    assert {case: found for case in recorded if (found := compare.difference(bare[case], outcomes[case]))} == {}
    assert [case for case, want in recorded.items() if compare.difference(want, bare[case])]


@pytest.mark.parametrize(("brand", "tag"), [(b"isom", None), (b"qt  ", "[0][0][0][0]")])
def test_a_vendor_is_a_tag_in_quicktime_only(brand: bytes, tag: str | None) -> None:
    """FFmpeg 8 passes by the field in mp4; the same file under the brand of QuickTime has the tag that was recorded."""
    data = (ASSETS / "video_only.mp4").read_bytes()
    assert data[4:12] == b"ftypisom"
    pathlib.Path("branded").write_bytes(data[:8] + brand + data[12:])
    with av.open("branded", format="mov") as container:
        assert container.streams.video[0].metadata.get("vendor_id") == tag


def test_every_accepted_line_of_streams_is_shown() -> None:
    """A new line needs its own proof, unless only another PyAV needs the line, or it is for a warning."""
    lines = {row["case"] for row in test_oracle.accepted() if row["case"].startswith("stream/") and not {"av", "only"} & {*row}}
    assert lines == set(SHOWN)
