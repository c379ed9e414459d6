"""TAC123: A replaced function that a change would reach."""

from tests.codemod.tables import rewrite

TEST = "from unittest.mock import patch\n\n\n@patch('torchaudio.load')\ndef test_it(fake):\n    pass\n"


def test_both_places_are_named() -> None:
    files = {
        "audio.py": "import torchaudio\nx = torchaudio.load_wav('a')[1]\n",
        "test_audio.py": "from unittest.mock import patch\n\n\n@patch('torchaudio.load_wav')\ndef test_it(fake):\n    pass\n",
    }
    outcomes = rewrite(files)
    [left], [fake] = outcomes["audio.py"].left, outcomes["test_audio.py"].left
    assert (left.rule, str(left.place), [str(one) for one in left.related]) == ("TAC115", "audio.py:2:5", ["test_audio.py:4:2"])
    assert (fake.rule, str(fake.place), [str(one) for one in fake.related]) == ("TAC123", "test_audio.py:4:2", ["audio.py:2:5"])


def test_every_call_that_is_kept_is_named_up_to_three() -> None:
    calls = "import torchaudio\n" + "x = torchaudio.load(filepath=p)\n" * 5
    outcomes = rewrite({"audio.py": calls, "test_audio.py": TEST})
    assert len(outcomes["audio.py"].left) == 5
    assert [str(one) for one in outcomes["test_audio.py"].left[0].related] == [f"audio.py:{line}:21" for line in (2, 3, 4)]


def test_of_a_setter_that_is_kept_the_setter_is_named() -> None:
    program = "import torchaudio\ntorchaudio.set_audio_backend('sox_io')\nx = torchaudio.load(p)\n"
    outcomes = rewrite({"audio.py": program, "test_audio.py": TEST})
    assert [str(one.place) for one in outcomes["audio.py"].left] == ["audio.py:2:1"]
    assert [str(one) for one in outcomes["test_audio.py"].left[0].related] == ["audio.py:2:1"]


def test_nothing_is_said_where_no_change_meets_it() -> None:
    outcomes = rewrite({"audio.py": "import torchaudio\nx = torchaudio.load(p)\n", "test_audio.py": TEST})
    assert not any(outcome.left for outcome in outcomes.values())
