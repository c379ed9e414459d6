"""TAC132: Install the drop-in at an entry point."""

from tests.codemod.tables import project, said, table

HEAD = "#!/usr/bin/env python\n# licence\n"
SET = "import torchaudio\ntorchaudio.set_audio_backend('sox_io')\n"

test_drop_in = table(
    project(
        "below the head of an entry point, and nowhere else",
        {"a.py": HEAD + SET, "b.py": HEAD + SET},
        {"a.py": f'{HEAD}import compat\n\ncompat.install("2.0")\n\n{SET}'},
        target="compat",
        entries=["a.py"],
    ),
    project(
        "a clash of names is told with a way out",
        {"a.py": "import torchaudio\n"},
        says={"a.py": "torchaudio-compat run"},
        target="compat",
        entries=["a.py"],
        own_names=["compat"],
    ),
    said(
        "code on the docstring's line",
        "the docstring shares its line with code",
        '"""What it does."""; import torchaudio\ntorchaudio.load("a")\n',
        "compat",
    ),
)
