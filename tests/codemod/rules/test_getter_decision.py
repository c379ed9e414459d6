"""TAC107: Settle decisions on the global backend's name."""

from tests.codemod.tables import changes, said, stays, table

SOX, SOUNDFILE = 'torchaudio.get_audio_backend() == "sox_io"', 'torchaudio.get_audio_backend() == "soundfile"'
MODERN_ARM = "x, r = torchaudio.load(p, frame_offset=s)"
OLD_ARM = "x, r = torchaudio.load(p, offset=s)"


test_decisions = table(
    changes(
        "two arms",
        """
        import torchaudio
        def f(p, n):
            if torchaudio.get_audio_backend() == "sox_io":
                return torchaudio.load(p, frame_offset=n)
            else:
                return torchaudio.load(p, offset=n)
    """,
        """
        import torchaudio
        def f(p, n):
            return torchaudio.load(p, frame_offset=n)
    """,
    ),
    changes(
        "the old one first, with comments",
        """
        import torchaudio
        def f(p, n):
            # how it was
            if torchaudio.get_audio_backend() in ["sox", "soundfile"]:  # old
                x = torchaudio.load(p, offset=n)  # there
            else:
                # how it is
                x = torchaudio.load(p, frame_offset=n)  # here
            return x
    """,
        """
        import torchaudio
        def f(p, n):
            # how it was
            # old
            # there
            # how it is
            x = torchaudio.load(p, frame_offset=n)  # here
            return x
    """,
    ),
    changes(
        "an expression",
        """
        import torchaudio
        def f(p, n):
            return torchaudio.load(p, frame_offset=n) if torchaudio.get_audio_backend() == "sox_io" else torchaudio.load(p, offset=n)
    """,
        """
        import torchaudio
        def f(p, n):
            return torchaudio.load(p, frame_offset=n) if torchaudio.get_audio_backend() == "sox_io" else torchaudio.load(p, frame_offset=n)
    """,
        "TAC107",
    ),
    stays(
        "arms do something else",
        """
        import torchaudio
        def f(p, n):
            if torchaudio.get_audio_backend() == "sox_io":
                return 1
            else:
                return 2
    """,
        "TAC107",
    ),
    stays(
        "an assertion",
        """
        import torchaudio
        assert torchaudio.get_audio_backend() == "sox_io"
    """,
        "TAC107",
    ),
    stays(
        "an elif",
        """
        import torchaudio
        def f(p, n):
            if n:
                pass
            elif torchaudio.get_audio_backend() == "sox_io":
                return 1
            else:
                return 2
    """,
        "TAC107",
    ),
    stays(
        "the list is printed",
        """
        import torchaudio
        print(torchaudio.list_audio_backends())
    """,
    ),
    stays(
        "a guard by version, with both arms",
        """
        import torchaudio
        if torchaudio.__version__ < "2.1":
            torchaudio.set_audio_backend("soundfile")
        else:
            BACKEND = "soundfile"
    """,
    ),
)


CHOSEN = "import torchaudio\nx = torchaudio.load(p, {}=1) if torchaudio.get_audio_backend() {} else torchaudio.load(p, frame_offset=1)\n"
# of what differs in offset= only, the modern arm would stay if the global backend alone decided
test_an_arm_is_no_choice_where_more_is_asked = table(
    *(
        changes(test, CHOSEN.format("offset", test), CHOSEN.format("frame_offset", test), "TAC107")
        for test in ("== torchaudio.get_it(1)", 'in {"sox": 1}', "== (lambda: name)()", "== name")
    )
)

test_what_to_do_is_said = table(
    said("printed", "or use list_audio_backends()", "import torchaudio\nprint(torchaudio.get_audio_backend())\n"),
    said(
        "a decision, in 2.9",
        "or use compat.list_audio_backends()",
        "import torchaudio\nif torchaudio.get_audio_backend() == 'x':\n    f()\n",
        target="2.9",
    ),
)


test_programs = table(
    changes(
        "a number of frames that may be 0 for all of it",
        """
        import torchaudio
        def read(p, start, n):
            if torchaudio.get_audio_backend() in ["soundfile", "sox_io"]:
                x, r = torchaudio.load(p, frame_offset=start, num_frames=n or -1)
            else:
                x, r = torchaudio.load(p, offset=start, num_frames=n)
            return x, r
        """,
        """
        import torchaudio
        def read(p, start, n):
            x, r = torchaudio.load(p, frame_offset=start, num_frames=n or -1)
            return x, r
        """,
    ),
)


test_decisions_on_the_getter = table(
    *(
        changes(name, f"import torchaudio\ndef f(p, s):\n{code}", f"import torchaudio\ndef f(p, s):\n{rest}")
        for name, code, rest in (
            (
                "several statements",
                f"    if {SOX}:\n        # new\n        {MODERN_ARM}\n        x = x.mean(0)\n    else:\n        {OLD_ARM}\n        x = x.mean(0)\n    return x\n",
                f"    # new\n    {MODERN_ARM}\n    x = x.mean(0)\n    return x\n",
            ),
            (
                "two names",
                f"    if {SOX} or {SOUNDFILE}:\n        {MODERN_ARM}\n    else:\n        {OLD_ARM}\n",
                f"    {MODERN_ARM}\n",
            ),
            (
                "turned round",
                f'    if torchaudio.get_audio_backend() not in {{"sox_io", "soundfile"}}:\n        {OLD_ARM}\n    else:\n        {MODERN_ARM}\n',
                f"    {MODERN_ARM}\n",
            ),
            (
                "not",
                f"    if not ({SOX}):\n        {OLD_ARM}\n    else:\n        {MODERN_ARM}\n",
                f"    {MODERN_ARM}\n",
            ),
            (
                "a dict of arguments",
                f'    if {SOX}:\n        kw = {{"frame_offset": s}}\n    else:\n        kw = {{"offset": s}}\n    return torchaudio.load(p, **kw)\n',
                '    kw = {"frame_offset": s}\n    return torchaudio.load(p, **kw)\n',
            ),
            (
                "the modern one leaves early",
                f"    if {SOX}:\n        return torchaudio.load(p, frame_offset=s)\n    return torchaudio.load(p, offset=s)\n",
                "    return torchaudio.load(p, frame_offset=s)\n",
            ),
            (
                "the old one leaves early",
                "    if torchaudio.get_audio_backend() == 'sox':\n        return torchaudio.load(p, offset=s)\n    return torchaudio.load(p, frame_offset=s)\n",
                "    return torchaudio.load(p, frame_offset=s)\n",
            ),
        )
    ),
    stays("the getter itself is passed on", "import torchaudio\nshow(torchaudio.get_audio_backend)\n"),
    changes(
        "an expression with a comment stays a decision",
        f"import torchaudio\nx = (torchaudio.load(p, frame_offset=s) if {SOX}  # new\n     else torchaudio.load(p, offset=s))\n",
        f"import torchaudio\nx = (torchaudio.load(p, frame_offset=s) if {SOX}  # new\n     else torchaudio.load(p, frame_offset=s))\n",
        "TAC107",
    ),
    *(
        stays(f"stays: {name}", f"import torchaudio\ndef f(p, s):\n{code}", "TAC107")
        for name, code in (
            ("another test beside it", f"    if {SOX} and s:\n        return 1\n    return 2\n"),
            ("arms that differ otherwise", f"    if {SOX}:\n        kw = {{'frame_offset': s}}\n    else:\n        kw = {{'offset': 0}}\n    return kw\n"),
            ("more behind it", f"    if {SOX}:\n        return torchaudio.load(p, frame_offset=s)\n    s = 1\n    return torchaudio.load(p, frame_offset=s)\n"),
            ("an assertion", f"    assert {SOX}\n"),
        )
    ),
)  # fmt: skip
