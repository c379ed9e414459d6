"""TAC136: Names that went before 2.0."""

from tests.codemod.tables import changes, stays, table

test_names_that_went_before_2_0 = table(
    *(
        changes(
            f"started and stopped, {target}",
            """
            import torchaudio
            torchaudio.initialize_sox()
            x = torchaudio.load("a.wav")
            torchaudio.shutdown_sox()
        """,
            """
            import torchaudio
            x = torchaudio.load("a.wav")
        """,
            target=target,
        )
        for target in ("2.1", "2.2", "2.9")
    ),
    changes(
        "imported by name",
        """
        import torchaudio
        from torchaudio import initialize_sox
        initialize_sox()
    """,
        """
        import torchaudio
    """,
    ),
    *(
        stays(f"{name}, {target}", f"import torchaudio\n{line}\n", "TAC136", target=target)
        for target in ("2.1", "2.2", "2.9", "compat")
        for name, line in (
            ("a chain of effects", "E = torchaudio.sox_effects.SoxEffectsChain()"),
            ("a structure of libsox", "x = torchaudio.sox_signalinfo_t()"),
            ("passed on", "import atexit; atexit.register(torchaudio.shutdown_sox)"),
            ("a class from backend.common", "from torchaudio.backend.common import SignalInfo\nx = SignalInfo()"),
            ("a chain by name", "from torchaudio.sox_effects import SoxEffectsChain\nx = SoxEffectsChain()"),
        )
    ),
    stays(
        "effects that are still there", "import torchaudio\nx = torchaudio.sox_effects.apply_effects_file('a.wav', [])\n", target="compat"
    ),
)


test_the_drop_in_says_what_2_0_lacks = table(
    *(
        stays(line, f"import torchaudio\n{line}\n", *rules, target="compat", unsafe=True)
        for line, *rules in (
            ("torchaudio.set_audio_backend('sox')", "TAC105"),
            ("si, ei = torchaudio.info(p)", "TAC113"),
            ("torchaudio.load(p, normalization=True)", "TAC114"),
            ("torchaudio.load_wav(p)", "TAC115"),
            ("torchaudio.save(p, w, 16000, precision=16)", "TAC116"),
            ("torchaudio.initialize_sox()", "TAC136"),
            ("torchaudio.backend.sox_backend.load(p)", "TAC136"),
            ("torchaudio.set_audio_backend('sox_io')",),
            ("torchaudio.set_audio_backend(name)",),
            ("torchaudio.load(filepath=p)",),
        )
    )
)
