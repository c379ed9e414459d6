"""TAC108: Look for sox, not sox_io, in list_audio_backends()."""

from tests.codemod.tables import changes, said, stays, table

test_decisions = table(
    changes(
        "sox_io in the list",
        """
        import torchaudio
        A = "sox_io" in torchaudio.list_audio_backends()
        B = 'sox_io' not in torchaudio.list_audio_backends()
        C = "soundfile" in torchaudio.list_audio_backends()
    """,
        """
        import torchaudio
        A = "sox" in torchaudio.list_audio_backends()
        B = 'sox' not in torchaudio.list_audio_backends()
        C = "soundfile" in torchaudio.list_audio_backends()
    """,
    ),
    stays(
        "the list is kept or compared",
        """
        import torchaudio
        names = torchaudio.list_audio_backends()
        assert torchaudio.list_audio_backends() == ["sox_io"]
        first = torchaudio.list_audio_backends()[0]
    """,
        "TAC108",
    ),
    stays(
        "2.9: a choice that does more",
        """
        import torchaudio
        if "sox_io" in torchaudio.list_audio_backends():
            SOX = True
    """,
        "TAC108",
        target="2.9",
    ),
)


test_what_was_neither_changed_nor_reported = table(
    stays("a loop over the backends", "import torchaudio\nx = any(b == 'sox_io' for b in torchaudio.list_audio_backends())\n", "TAC108"),
    stays("the backends passed on", "import torchaudio\npick(torchaudio.list_audio_backends())\n", "TAC108"),
    *(
        stays(f"the list in {code}", f"import torchaudio\n{code.replace('LIST', 'torchaudio.list_audio_backends()')}\n", "TAC108")
        for code in (
            "x = (LIST or ['none'])[0]",
            "x = LIST.index('soundfile')",
            "x = LIST if y else []",
            "x = {'backends': LIST}",
            "x = lambda: LIST",
            "x = name in LIST",
            "pick(torchaudio.list_audio_backends)",
        )
    ),
    *(
        stays(f"no name of {code}", f"import torchaudio\n{code}\n")
        for code in (
            "if torchaudio.list_audio_backends() and y: pass",
            "x = not torchaudio.list_audio_backends()",
            "print(f'{torchaudio.list_audio_backends()}')",
        )
    ),
)


test_decisions_on_the_list = table(
    changes(
        "kept in a name",
        'import torchaudio\nnames = torchaudio.list_audio_backends()\nif "sox_io" in names and len(names) > 0:\n    print(names)\n',
        'import torchaudio\nnames = torchaudio.list_audio_backends()\nif "sox" in names and len(names) > 0:\n    print(names)\n',
    ),
    changes(
        "kept in a name, and used otherwise",
        'import torchaudio\nnames = torchaudio.list_audio_backends()\nx = "sox_io" not in names\ny = names[0]\n',
        'import torchaudio\nnames = torchaudio.list_audio_backends()\nx = "sox" not in names\ny = names[0]\n',
        "TAC108",
    ),
    stays(
        "kept in a name that is bound again",
        'import torchaudio\nnames = torchaudio.list_audio_backends()\nnames = sorted(names)\nx = "sox_io" in names\n',
        "TAC108",
    ),
    stays("only counted", "import torchaudio\nnames = torchaudio.list_audio_backends()\nassert len(names) > 0, 'none'\n"),
    stays(
        "for 2.9, by name",
        'from torchaudio import list_audio_backends\nx = "sox_io" in list_audio_backends()\n',
        "TAC108",
        "TAC129",
        target="2.9",
    ),
    stays(
        "for 2.9, kept in a name",
        'import torchaudio\nnames = torchaudio.list_audio_backends()\nx = "sox_io" in names\n',
        "TAC108",
        target="2.9",
    ),
    stays("for 2.9, the first", "import torchaudio\nx = torchaudio.list_audio_backends()[0]\n", "TAC108", target="2.9"),
    changes(
        "for 2.9, printed",
        "import torchaudio\nprint(torchaudio.list_audio_backends())\n",
        "import torchaudio\nimport compat\nprint(compat.list_audio_backends())\n",
        target="2.9",
    ),
)

test_what_to_do_in_2_9_is_said = table(
    said(
        "the package's own list",
        "compat.list_audio_backends()",
        "import torchaudio\nx = 'ffmpeg' in torchaudio.list_audio_backends()\n",
        target="2.9",
    ),
)


test_uses_of_the_list_in_nine = table(
    *(
        stays(name, f"import torchaudio\n{code}\n", "TAC108", target="2.9")
        for name, code in (
            ("the first", "first = (torchaudio.list_audio_backends() or ['none'])[0]"),
            ("unpacked", "one, other = torchaudio.list_audio_backends()"),
            ("taken off", "names = torchaudio.list_audio_backends()\nnames.pop()"),
            ("passed on", "choose(torchaudio.list_audio_backends)"),
        )
    ),
    changes(
        "shown",
        "import torchaudio\nprint(torchaudio.list_audio_backends())\n",
        "import torchaudio\nimport compat\nprint(compat.list_audio_backends())\n",
        target="2.9",
    ),
)
