"""TAC129: Take what 2.9 lost from this package."""

from tests.codemod.tables import changes, said, stays, table

test_nine = table(
    changes(
        "info and the rest",
        """
        import torch
        import torchaudio  # audio

        def f(p) -> torchaudio.AudioMetaData:
            print(torchaudio.list_audio_backends())
            return torchaudio.info(p)
    """,
        """
        import torch
        import torchaudio  # audio
        import compat

        def f(p) -> compat.AudioMetaData:
            print(compat.list_audio_backends())
            return compat.info(p)
    """,
        target="2.9",
    ),
    changes(
        "by name",
        """
        from torchaudio import info, load, AudioMetaData as Meta
        def f(p) -> Meta:
            return info(p), load(p)
    """,
        """
        from torchaudio import load
        from compat import info
        from compat import AudioMetaData as Meta
        def f(p) -> Meta:
            return info(p), load(p)
    """,
        target="2.9",
    ),
    changes(
        "compat is taken",
        """
        import torchaudio
        from sklearn import compat
        x = torchaudio.info("a.wav")
    """,
        """
        import torchaudio
        import compat as torchaudio_compat
        from sklearn import compat
        x = torchaudio_compat.info("a.wav")
    """,
        target="2.9",
    ),
    changes(
        "compat is imported already",
        """
        import compat as c
        import torchaudio
        x = torchaudio.info("a.wav")
    """,
        """
        import compat as c
        import torchaudio
        x = c.info("a.wav")
    """,
        target="2.9",
    ),
    changes(
        "in a try",
        """
        try:
            import torchaudio
        except ImportError:
            torchaudio = None
        def f(p):
            return torchaudio.info(p)
    """,
        """
        try:
            import torchaudio
            import compat
        except ImportError:
            torchaudio = None
        def f(p):
            return compat.info(p)
    """,
        target="2.9",
    ),
    stays(
        "the project has a compat of its own",
        """
        import torchaudio
        x = torchaudio.info("a.wav")
    """,
        "TAC129",
        target="2.9",
        own_names=("compat",),
    ),
    stays(
        "a mock",
        """
        import torchaudio
        def test(mocker):
            mocker.patch("torchaudio.info")
            torchaudio.info("a.wav")
    """,
        "TAC123",
        "TAC129",
        target="2.9",
    ),
    changes(
        "imported in functions only",
        """
        def f(p):
            import torchaudio
            return torchaudio.info(p), torchaudio.info(p)
        def g(p):
            import torchaudio as ta
            return ta.info(p)
    """,
        """
        def f(p):
            import torchaudio
            import compat
            return compat.info(p), compat.info(p)
        def g(p):
            import torchaudio as ta
            import compat
            return compat.info(p)
    """,
        target="2.9",
    ),
    changes(
        "imported in a function, where compat is something else",
        """
        import six.compat as compat
        def f(p):
            import torchaudio
            return torchaudio.info(p)
    """,
        """
        import six.compat as compat
        def f(p):
            import torchaudio
            import compat as torchaudio_compat
            return torchaudio_compat.info(p)
    """,
        target="2.9",
    ),
    changes(
        "compared values of info",
        """
        import torchaudio
        assert torchaudio.info("a").num_frames == 3
    """,
        """
        import torchaudio
        import compat
        assert compat.info("a").num_frames == 3
    """,
        target="2.9",
    ),
    stays(
        "imported for the type checker only",
        """
        from typing import TYPE_CHECKING
        if TYPE_CHECKING:
            import torchaudio
        def f(m: "torchaudio.AudioMetaData"): ...
    """,
        "TAC129",
        target="2.9",
    ),
    stays(
        "a guard of its own",
        """
        import torchaudio
        def f(p):
            return torchaudio.info(p) if hasattr(torchaudio, "info") else None
    """,
        target="2.9",
    ),
    stays(
        "what 2.9 has",
        """
        import torchaudio
        x = torchaudio.load("a.wav"), torchaudio.save("b.wav", y, 16000), torchaudio.transforms.Resample(1, 2)
    """,
        target="2.9",
    ),
    stays(
        "gone modules stay up to 2.8",
        """
        import torchaudio.sox_effects
        from torchaudio.io import StreamReader
        torchaudio.sox_effects.apply_effects_file("a.wav", [])
    """,
    ),
    stays(
        "arguments at their defaults",
        """
        import torchaudio
        torchaudio.load("a.wav", normalize=True, backend="sox")
        torchaudio.save("a.wav", x, 16000, encoding=None)
    """,
        target="2.9",
    ),
)


test_it_stays_and_it_is_said_why = table(
    said(
        "both of our names are taken",
        "both `compat` and `torchaudio_compat` are taken here",
        "import torchaudio\ncompat = torchaudio_compat = 1\nx = torchaudio.info(p)\n",
        "2.9",
    ),
    said(
        "a name gone from 2.9, imported and replaced",
        "not changed, because torchaudio.info is patched elsewhere",
        "from torchaudio import info\nx = info(p)\n",
        "2.9",
        test_it='from unittest.mock import patch\n@patch("torchaudio.info")\ndef test(info): ...\n',
    ),
    said(
        "one gone from 2.9, in a ladder",
        "it is one of several attempts",
        "try:\n    from torchaudio import info\nexcept ImportError:\n    info = None\n",
        "2.9",
    ),
)


test_the_tuple_of_info = table(
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


DICT = 'given = {"filepath": "a.wav"}\n'
test_an_old_argument_in_a_dict = table(
    *(
        stays(name, head + DICT + code, "TAC110", "TAC129", target="2.9")
        for name, head, code in (
            ("of a dotted name", "import torchaudio\n", "torchaudio.info(**given)\n"),
            ("of an imported name", "from torchaudio import info\n", "info(**given)\n"),
        )
    ),
)


test_an_old_argument_of_a_function_that_is_kept = table(
    *(
        stays(name, f"import torchaudio\n{code}\n", "TAC110", "TAC129", target="2.9")
        for name, code in (
            ("in a table", "table = {'x': torchaudio.info}\ntable['x'](filepath='a')"),
            ("as a default", "def read(get=torchaudio.info):\n    return get(**{'filepath': 'a'})"),
        )
    ),
    changes(
        "the new one",
        "import torchaudio\ntable = {'x': torchaudio.info}\ntable['x'](uri='a')\n",
        "import torchaudio\nimport compat\ntable = {'x': compat.info}\ntable['x'](uri='a')\n",
        target="2.9",
    ),
)
