"""``import torchaudio`` as the last statement of its block, or in a function, for 2.9: compat is imported beside it."""

from tests.codemod.tables import changes, table

HEAD = "from typing import TYPE_CHECKING\n"
USE = "\n\ndef frames(path):\n    return {}.info(path).num_frames\n"

test_compat_is_imported_beside_it = table(
    *(
        changes(before, HEAD + before + USE.format("torchaudio"), HEAD + after + USE.format("compat"), target="2.9")
        for before, after in (
            ("if available():\n    import torchaudio\n", "if available():\n    import torchaudio\n    import compat\n"),
            ("if available():\n    import torchaudio", "if available():\n    import torchaudio\n    import compat"),
            (
                "if available():\n    import os\n    import torchaudio  # for frames\n",
                "if available():\n    import os\n    import torchaudio  # for frames\n    import compat\n",
            ),
            (
                "with suppress(ImportError):\n    import torchaudio\n",
                "with suppress(ImportError):\n    import torchaudio\n    import compat\n",
            ),
            ("with suppress(ImportError):\n\timport torchaudio\n", "with suppress(ImportError):\n\timport torchaudio\n\timport compat\n"),
            (
                "if TYPE_CHECKING:\n    import os\nelse:\n    import torchaudio\n",
                "if TYPE_CHECKING:\n    import os\nelse:\n    import torchaudio\n    import compat\n",
            ),
            ("if a:\n    pass\nelif b:\n    import torchaudio\n", "if a:\n    pass\nelif b:\n    import torchaudio\n    import compat\n"),
            ("if a:\n    if b:\n        import torchaudio\n", "if a:\n    if b:\n        import torchaudio\n        import compat\n"),
            ("try:\n    import torchaudio\nfinally:\n    pass\n", "try:\n    import torchaudio\n    import compat\nfinally:\n    pass\n"),
            (
                "try:\n    import os\nfinally:\n    import torchaudio\n",
                "try:\n    import os\nfinally:\n    import torchaudio\n    import compat\n",
            ),
            ("for _ in range(1):\n    import torchaudio\n", "for _ in range(1):\n    import torchaudio\n    import compat\n"),
            ("while True:\n    import torchaudio\n    break\n", "while True:\n    import torchaudio\n    import compat\n    break\n"),
            ("if a:\n    import torchaudio; x = 1\n", "if a:\n    import torchaudio; import compat; x = 1\n"),
            ("if a:\r\n    import torchaudio\r\n", "if a:\r\n    import torchaudio\n    import compat\r\n"),
            (
                "def setup():\n    global torchaudio\n    import torchaudio\n",
                "def setup():\n    global torchaudio\n    global compat\n    import torchaudio\n    import compat\n",
            ),
            (
                "def setup():\n    global x, torchaudio\n    if x:\n        import torchaudio\n",
                "def setup():\n    global x, torchaudio\n    global compat\n    if x:\n        import torchaudio\n        import compat\n",
            ),
            (
                "async def setup():\n    global torchaudio\n    import torchaudio\n",
                "async def setup():\n    global torchaudio\n    global compat\n    import torchaudio\n    import compat\n",
            ),
        )
    ),
    changes(
        "a local import stays local",
        "def frames(path):\n    if path:\n        import torchaudio\n    return torchaudio.info(path).num_frames\n",
        "def frames(path):\n    if path:\n        import torchaudio\n        import compat\n    return compat.info(path).num_frames\n",
        target="2.9",
    ),
)
