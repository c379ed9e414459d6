"""TAC132: Install the drop-in at an entry point."""

from tests.codemod.tables import rewrite, said, table


def test_drop_in_goes_below_the_head_of_an_entry_point() -> None:
    head = "#!/usr/bin/env python\n# licence\n"
    program = f"{head}import torchaudio\ntorchaudio.set_audio_backend('sox_io')\n"
    outcome = rewrite({"a.py": program, "b.py": program}, "compat", entries=["a.py"])
    assert (
        outcome["a.py"].text
        == f"{head}import compat\n\ncompat.install(\"2.0\")\n\nimport torchaudio\ntorchaudio.set_audio_backend('sox_io')\n"
    )
    assert not outcome["b.py"].changed
    again = rewrite({"a.py": outcome["a.py"].text}, "compat", entries=["a.py"])
    assert not again["a.py"].changed


test_it_stays_and_it_is_said_why = table(
    said(
        "code on the docstring's line",
        "the docstring shares its line with code",
        '"""What it does."""; import torchaudio\ntorchaudio.load("a")\n',
        "compat",
    ),
)
