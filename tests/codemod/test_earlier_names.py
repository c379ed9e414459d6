"""What 0.x had and 2.0 lacks: the tuple of info for 2.9, names that went early, and what the drop-in cannot help."""

from __future__ import annotations

import pytest

from tests.codemod.tables import Case, changes, check, rewrite, stays, table


@table(
    *(
        stays(f"{name}, {target}", source, *rules, target=target)
        for target in ("2.1", "2.2", "2.9")
        for name, source, both in (
            (
                "both unpacked and used",
                """
                import torchaudio
                si, ei = torchaudio.info("a.wav")
                print(si.rate, ei.bits_per_sample)
            """,
                True,
            ),
            (
                "the second item",
                """
                import torchaudio
                bits = torchaudio.info("a.wav")[1].bits_per_sample
            """,
                True,
            ),
            (
                "the last item",
                """
                import torchaudio
                bits = torchaudio.info("a.wav")[-1].bits_per_sample
            """,
                True,
            ),
            (
                "imported by name",
                """
                from torchaudio import info
                si, ei = info("a.wav")
                print(si.rate, ei.bits_per_sample)
            """,
                True,
            ),
        )
        for rules in [("TAC113", "TAC129") if target == "2.9" and both else ("TAC113",)]
    ),
    changes(
        "settled for 2.9",
        """
        import torchaudio
        def f(p):
            si, ei = torchaudio.info(p)
            return si.rate
    """,
        """
        import torchaudio
        import compat
        def f(p):
            si = compat.info(p)
            return si.sample_rate
    """,
        target="2.9",
    ),
)
def test_the_tuple_of_info(case: Case) -> None:
    check(case)


@table(
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
def test_names_that_went_before_2_0(case: Case) -> None:
    check(case)


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("torchaudio.set_audio_backend('sox')", "TAC105"),
        ("si, ei = torchaudio.info(p)", "TAC113"),
        ("torchaudio.load(p, normalization=True)", "TAC114"),
        ("torchaudio.load_wav(p)", "TAC115"),
        ("torchaudio.save(p, w, 16000, precision=16)", "TAC116"),
        ("torchaudio.initialize_sox()", "TAC136"),
        ("torchaudio.backend.sox_backend.load(p)", "TAC136"),
        ("torchaudio.set_audio_backend('sox_io')", ""),
        ("torchaudio.set_audio_backend(name)", ""),
        ("torchaudio.load(filepath=p)", ""),
    ],
)
def test_the_drop_in_says_what_2_0_lacks(line: str, rule: str) -> None:
    source = f"import torchaudio\n{line}\n"
    outcome = rewrite({"a.py": source}, "compat", unsafe=True)["a.py"]
    assert outcome.text == source
    assert {finding.rule for finding in outcome.left} == ({rule} if rule else set())


@pytest.mark.parametrize(("target", "words"), [("2.2", ("'sox'", '"sox_io"', "--backend sox")), ("compat", ("'sox'", '"sox_io"'))])
def test_the_backend_of_0_x_is_called_by_its_name(target: str, words: tuple[str, ...]) -> None:
    (finding,) = rewrite({"a.py": "import torchaudio\ntorchaudio.set_audio_backend('sox')\n"}, target)["a.py"].left
    assert finding.rule == "TAC105"
    assert all(word in f"{finding.reason} {finding.advice}" for word in words)
    assert "not a literal" not in finding.reason
