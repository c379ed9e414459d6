"""What files of one class share, and what is left unsaid because it explains nothing."""

import dataclasses
import io
import json
from collections.abc import Iterable

import pytest

from compat.audit.breakdown import Breakdown, Explanation
from compat.audit.reporting import machine, terminal
from compat.audit.rows import Row
from tests.audit.runs import result
from tests.tables import table

PADDING = "libsox keeps the encoder's padding of an mp3; FFmpeg and libsndfile drop it"
PACKETS = "info of the ffmpeg backend returns the number of packets here"


def rows(number: int, path: str, kind: str, old: str | None = "sox", new: str | None = "ffmpeg", **fields: object) -> list[Row]:
    """Rows that differ in their number only, which takes the place of # in the path."""
    row = Row(path, kind, from_backend=old, to_backend=new)
    return [dataclasses.replace(row, path=path.replace("#", str(place)), **fields) for place in range(number)]


SAME = rows(60, "c/clean/#.wav", "identical")
PADDED = rows(31, "c/clean/#.mp3", "shifted", shift=1105)


def broken_down(given: Iterable[Row], **limits: int) -> Breakdown:
    breakdown = Breakdown(**limits)
    for row in given:
        breakdown.add(row)
    return breakdown


# rows, and the sentence for each class that has one
@table("given, sentences", {
    "the encoder's padding": (SAME + PADDED, {"shifted": f"all 31 are mp3: {PADDING}"}),
    "a corpus of mp3 only": (PADDED, {"shifted": f"all 31 are mp3: {PADDING}"}),
    "the sides the other way round": (
        SAME + rows(3, "c/#.mp3", "shifted", "ffmpeg", "sox", shift=-1105), {"shifted": f"all 3 are mp3: {PADDING}"},
    ),
    "libsndfile drops it too": (SAME + rows(3, "c/#.mp3", "shifted", new="soundfile", shift=9), {"shifted": f"all 3 are mp3: {PADDING}"}),
    "another environment drops it": (SAME + rows(3, "c/#.mp3", "shifted", new="torchaudio 2.2.2", shift=9), {"shifted": f"all 3 are mp3: {PADDING}"}),
    "one file with a known cause": (SAME + PADDED[:1], {"shifted": f"the only one is mp3: {PADDING}"}),
    "padding with the wrong sign": (SAME + rows(3, "c/#.mp3", "shifted", shift=-1105), {"shifted": "all 3 are mp3"}),
    "padding too long": (SAME + rows(3, "c/#.mp3", "shifted", shift=44100), {"shifted": "all 3 are mp3"}),
    "padding by one backend": (SAME + rows(3, "c/#.mp3", "shifted", "sox", "sox", shift=9), {"shifted": "all 3 are mp3"}),
    "most": (SAME + PADDED[:19] + rows(1, "c/clean/#.ogg", "shifted"), {"shifted": f"19 of 20 are mp3: {PADDING}"}),
    "not enough for most": (SAME + PADDED[:8] + rows(2, "c/clean/#.ogg", "shifted"), {"shifted": "all 10 are mp3 or ogg"}),
    "others of the format are the same": (
        SAME + rows(5, "c/clean/s#.mp3", "identical") + rows(5, "c/clean/#.mp3", "length"), {"length": "all 5 are mp3 (of 10 such files)"},
    ),
    "packets counted": (
        SAME + rows(2, "c/#.m4a", "metadata", fields="info_frames", to_frames=26624, to_info_frames=27),
        {"metadata": f"both are m4a: {PACKETS}"},
    ),
    "frames counted": (
        SAME + rows(2, "c/#.m4a", "metadata", fields="info_frames", to_frames=26624, to_info_frames=26600), {"metadata": "both are m4a"},
    ),
    "a folder": (SAME + rows(4, "c/noisy/#.wav", "different"), {"different": "all 4 are in noisy/"}),
    "a folder further down": (
        SAME + rows(9, "c/train/a/#.wav", "identical") + rows(4, "c/train/b/#.wav", "different"), {"different": "all 4 are in train/b/"},
    ),
    "a backend": (SAME + rows(4, "c/clean/x#.wav", "scaled", new="soundfile"), {"scaled": "all 4 were read by sox -> soundfile"}),
    "a side that fails has no backend": (SAME + rows(4, "c/clean/x#.wav", "error_to", new=None), {}),
    "what fails is in a folder": (
        SAME + rows(4, "c/cut/x#.wav", "error_to", new=None), {"error_to": "all 4 are in cut/"},
    ),
    "only what all files share": (rows(5, "c/a#.wav", "identical") + rows(5, "c/b#.wav", "different"), {}),
    "a common format by chance": (rows(95, "c/a#.wav", "identical") + rows(2, "c/b#.wav", "different") + rows(5, "c/#.ogg", "identical"), {}),
    "a common format, but too often for chance": (
        rows(500, "c/a#.wav", "identical") + rows(100, "c/b#.wav", "different") + rows(60, "c/#.ogg", "identical"),
        {"different": "all 100 are wav (of 600 such files)"},
    ),
    "one file": (SAME + rows(1, "c/clean/#.ogg", "different"), {}),
    "each of another format": (SAME + [row for kind in ("ogg", "mp3", "au") for row in rows(1, f"c/clean/#.{kind}", "different")], {}),
    "many formats": (SAME + [row for kind in ("ogg", "mp3", "au", "gsm") for row in rows(2, f"c/clean/#.{kind}", "different")], {}),
    "no extension": (SAME + rows(2, "c/clean/#", "different"), {"different": "both are without extension"}),
    "what is the same needs no explanation": (SAME + rows(5, "c/clean/#.flac", "tolerance"), {}),
    "addresses": (
        rows(9, "s3://b/x/#.wav?v=1", "identical") + rows(3, "s3://b/y/#.ogg?v=1", "different"), {"different": "all 3 are ogg"},
    ),
    "paths of Windows": (rows(9, r"C:\c\x\#.wav", "identical") + rows(3, r"C:\c\y\#.wav", "different"), {"different": "all 3 are in y/"}),
})  # fmt: skip
def test_explanations(given: list[Row], sentences: dict[str, str]) -> None:
    for order in (given, given[::-1]):
        assert {one.kind: one.sentence for one in broken_down(order).explanations()} == sentences


def test_a_cause_without_a_format() -> None:
    assert Explanation("shifted", "", (), 9, 10, 9, "why").sentence == "9 of 10: why"


@pytest.mark.parametrize(
    ("paths", "folders"),
    [
        ([], {}),
        (["a.wav"], {"./": 1}),
        (["c/a.wav", "c/b.wav"], {"./": 2}),
        (["c/x/a.wav", "c/y/z/b.wav", "c/y/c.wav"], {"x/": 1, "y/": 2}),
        (["c/a.wav", "c/x/a.wav"], {"./": 1, "x/": 1}),
        (["/a/b.wav", "/c/b.wav"], {"a/": 1, "c/": 1}),
        (["/a/b.wav", "c/b.wav"], {"/": 1, "c/": 1}),
        (["a/ab/1.wav", "a/ac/1.wav"], {"ab/": 1, "ac/": 1}),
    ],
)
def test_folders_are_named_below_the_common_one(paths: list[str], folders: dict[str, int]) -> None:
    found = broken_down(Row(path, "identical") for path in paths).folders()
    assert {name: kinds.total() for name, kinds in found.items()} == folders


def test_many_folders_take_little_memory() -> None:
    """The deepest ones are counted together; nothing is lost, and the upper ones are told apart."""
    breakdown = broken_down((Row(f"c/{number % 3}/{number % 7}/{number}/a.wav", "identical") for number in range(3000)), folders=10)
    assert {name: kinds.total() for name, kinds in breakdown.folders().items()} == {"0/": 1000, "1/": 1000, "2/": 1000}
    assert len(breakdown._folders) <= 10


def test_in_the_terminal() -> None:
    out = io.StringIO()
    terminal.write(result(SAME + PADDED), out)
    lines = out.getvalue().splitlines()
    place = lines.index(f"{31:>10}  {'shifted':<23} The same sound, some frames earlier or later.")
    assert lines[place + 1] == f"{'':36}all 31 are mp3: {PADDING}"


def test_in_the_json() -> None:
    out = io.StringIO()
    machine.write(result(SAME + PADDED, report="audit.html"), out)
    found = json.loads(out.getvalue())
    assert found["report"] == "audit.html"
    assert found["breakdown"] == {
        "format": {"mp3": {"shifted": 31}, "wav": {"identical": 60}},
        "backend": {"sox -> ffmpeg": {"identical": 60, "shifted": 31}},
        "folder": {"./": {"identical": 60, "shifted": 31}},
    }
    assert found["explanations"] == [
        {
            "kind": "shifted", "dimension": "format", "values": ["mp3"], "covered": 31, "number": 31, "among": 31, "cause": PADDING,
            "sentence": f"all 31 are mp3: {PADDING}",
        }
    ]  # fmt: skip
