"""TAC123: A replaced function that a change would reach."""

from tests.codemod.tables import project, said, table

TEST = "from unittest.mock import patch\n\n\n@patch('torchaudio.load')\ndef test_it(fake):\n    pass\n"
WAV = TEST.replace("load", "load_wav")
CALL = "x = torchaudio.load(filepath=p)\n"

test_both_places_are_named = table(
    project(
        "the call and the replacement",
        {"audio.py": "import torchaudio\nx = torchaudio.load_wav('a')[1]\n", "test_audio.py": WAV},
        left={"audio.py": ["TAC115"], "test_audio.py": ["TAC123"]},
        says={"audio.py": ["audio.py:2:5 TAC115", "test_audio.py:4:2"], "test_audio.py": ["test_audio.py:4:2 TAC123", "audio.py:2:5"]},
    ),
    project(
        "of the calls three",
        {"audio.py": f"import torchaudio\n{CALL * 5}", "test_audio.py": TEST},
        left={"audio.py": ["TAC110"], "test_audio.py": ["TAC123"]},
        says={"audio.py": ["audio.py:6:21"], "test_audio.py": [" audio.py:2:21 audio.py:3:21 audio.py:4:21|"]},
    ),
    project(
        "of a setter that is kept the setter",
        {"audio.py": "import torchaudio\ntorchaudio.set_audio_backend('sox_io')\nx = torchaudio.load(p)\n", "test_audio.py": TEST},
        left={"audio.py": ["TAC101"]},
        says={"audio.py": ["audio.py:2:1 TAC101"], "test_audio.py": [" audio.py:2:1|"]},
    ),
    said(
        "what to do",
        "--exclude",
        "import torchaudio\nfrom unittest.mock import patch\npatch('torchaudio.load')\ntorchaudio.load(filepath=p)\n",
    ),
    project(
        "nothing where no change meets it",
        {"audio.py": "import torchaudio\nx = torchaudio.load(p)\n", "test_audio.py": TEST},
        left={"audio.py": [], "test_audio.py": []},
    ),
)
