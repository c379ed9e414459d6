"""TAC122: A home-made stand-in for torchaudio."""

from tests.codemod.tables import stays, table

test_reports = table(
    stays(
        "shim",
        """
        import torchaudio
        if not hasattr(torchaudio, "set_audio_backend"):
            torchaudio.set_audio_backend = lambda name: None
    """,
        "TAC122",
    ),
    stays(
        "shim in sys.modules",
        """
        import sys, types
        sys.modules["torchaudio.backend"] = types.ModuleType("torchaudio.backend")
    """,
        "TAC122",
    ),
    stays(
        "code in a docstring is documentation",
        '''
        """Call torchaudio.set_audio_backend("sox_io") first."""
    ''',
    ),
    stays(
        "a mock that nothing would reach differently",
        """
        import torchaudio
        def test(mocker):
            mocker.patch("torchaudio.load")
            torchaudio.load("a.wav")
    """,
    ),
    *(
        stays(
            f"a stand-in in {module}",
            f"import sys\nfrom sys import modules\nimport torchaudio\n{module}['torchaudio'] = fake\ntorchaudio.load(filepath=p)\n",
            "TAC110",
            "TAC122",
            "TAC123",
        )
        for module in ("sys.modules", "modules")
    ),
)
