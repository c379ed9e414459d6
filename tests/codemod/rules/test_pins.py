"""TAC133: Pins and variables in other files."""

from tests.codemod.tables import stays, table

test_reports = table(
    stays(
        "pins",
        """
        install_requires = ["torchaudio==0.13.1", "torchaudio>=2.2", "torchaudio-augmentations==0.1"]
    """,
        "TAC133",
    ),
)
