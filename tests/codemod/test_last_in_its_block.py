"""``import torchaudio`` as the last statement of its block, for 2.9."""

import pytest

from tests.codemod.tables import rewrite

USE = "\n\ndef frames(path):\n    return torchaudio.info(path).num_frames\n"


@pytest.mark.parametrize(
    "block",
    [
        "if available():\n    import torchaudio\n",
        "if available():\n    import torchaudio",
        "if available():\n    import os\n    import torchaudio  # for frames\n",
        "with suppress(ImportError):\n    import torchaudio\n",
        "with suppress(ImportError):\n\timport torchaudio\n",
        "if TYPE_CHECKING:\n    import os\nelse:\n    import torchaudio\n",
        "if a:\n    pass\nelif b:\n    import torchaudio\n",
        "if a:\n    if b:\n        import torchaudio\n",
        "try:\n    import torchaudio\nfinally:\n    pass\n",
        "try:\n    import os\nfinally:\n    import torchaudio\n",
        "for _ in range(1):\n    import torchaudio\n",
        "while True:\n    import torchaudio\n    break\n",
        "if a:\n    import torchaudio; x = 1\n",
        "if a:\r\n    import torchaudio\r\n",
    ],
)
def test_compat_is_imported_beside_it(block: str) -> None:
    text = f"from typing import TYPE_CHECKING\n{block}{USE}"
    outcome = rewrite({"program.py": text}, "2.9")["program.py"]
    assert not outcome.left
    assert "compat.info(path)" in outcome.text
    lines = [line.strip() for line in outcome.text.splitlines()]
    at = next(number for number, line in enumerate(lines) if line.startswith("import torchaudio"))
    assert lines[at + 1] == "import compat" or "; import compat; " in lines[at]


@pytest.mark.parametrize(
    "function",
    [
        "def setup():\n    global torchaudio\n    import torchaudio\n",
        "def setup():\n    global x, torchaudio\n    if x:\n        import torchaudio\n",
        "async def setup():\n    global torchaudio\n    import torchaudio\n",
    ],
)
def test_a_global_import_makes_compat_global_too(function: str) -> None:
    outcome = rewrite({"program.py": function + USE}, "2.9")["program.py"]
    assert not outcome.left
    assert outcome.text.count("global compat\n") == 1
    assert "compat.info(path)" in outcome.text


def test_a_local_import_stays_local() -> None:
    text = "def frames(path):\n    if path:\n        import torchaudio\n    return torchaudio.info(path).num_frames\n"
    outcome = rewrite({"program.py": text}, "2.9")["program.py"]
    assert outcome.text == (
        "def frames(path):\n    if path:\n        import torchaudio\n        import compat\n    return compat.info(path).num_frames\n"
    )
