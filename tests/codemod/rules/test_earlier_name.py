"""TAC136: Names that went before 2.0."""

from compat.names import removed
from tests.codemod.commands import commands, row
from tests.codemod.tables import changes, said, stays, table

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

test_names_beside_io_that_went_before_2_0 = table(
    *(
        said(f"{name}, {target}", words, source, target=target)
        for target in ("2.1", "2.2", "2.9")
        for name, words, source in (
            (
                "imported",
                "shutil.unpack_archive",
                "from torchaudio.datasets.utils import download_url, extract_archive\nextract_archive(download_url)\n",
            ),
            ("called", "went in 0.11", "import torchaudio\nm, p = torchaudio.functional.magphase(x)\n"),
            ("by another name", "view_as_complex", "import torchaudio.transforms as T\nnorm = T.ComplexNorm(power=2)\n"),
            (
                "in Kaldi's module",
                "functional.resample()",
                "from torchaudio.compliance import kaldi\ny = kaldi.resample_waveform(x, 8000, 16000)\n",
            ),
        )
    ),
    stays("for the drop-in", "import torchaudio\nm, p = torchaudio.functional.magphase(x)\n", "TAC136", target="compat"),
    stays(
        "one of several attempts",
        """
        try:
            from torchaudio.functional import resample
        except ImportError:
            from torchaudio.compliance.kaldi import resample_waveform as resample
        y = resample(x, 8000, 16000)
    """,
    ),
    stays("names like it that are there", "import torchaudio\nx = torchaudio.functional.angles\ny = torchaudio.datasets.VCTK_092(p)\n"),
    stays("ignored", "import torchaudio\ntorchaudio.functional.magphase(x)  # compat: ignore\n"),
)

# a scan passes by only those files that speak of nothing of interest
test_a_file_that_uses_no_other_name_is_read = commands(
    *(
        row(name, "--check .", {"use.py": f"import torchaudio\nx = torchaudio.{name}(y)\n"}, 1, "TAC136", f"torchaudio.{name} went in")
        for name in removed.BESIDE_IO
    )
)
