"""Modules, classes, decisions, leftovers, 2.9, and what is only reported."""

from __future__ import annotations

from tests.codemod.tables import Case, changes, check, rewrite, stays, table


@table(
    changes(
        "dotted",
        """
        import torchaudio.backend.sox_io_backend
        x = torchaudio.backend.sox_io_backend.load(filepath="a.wav")
    """,
        """
        import torchaudio
        x = torchaudio.load(uri="a.wav", backend="sox")
    """,
    ),
    changes(
        "import as",
        """
        import torchaudio.backend.sox_io_backend as ta_sox
        x = ta_sox.load("a.wav")
    """,
        """
        import torchaudio
        x = torchaudio.load("a.wav", backend="sox")
    """,
    ),
    changes(
        "beside a plain import",
        """
        import torchaudio as ta
        from torchaudio.backend import soundfile_backend as sf
        x = sf.load("a.wav"), ta.info("a.wav")
    """,
        """
        import torchaudio as ta
        x = ta.load("a.wav", backend="soundfile"), ta.info("a.wav")
    """,
    ),
    changes(
        "function by name",
        """
        from torchaudio.backend.soundfile_backend import load, save
        x, sr = load("a.wav")
        save("b.wav", x, sr, True, None, "wav")
    """,
        """
        import torchaudio
        x, sr = torchaudio.load("a.wav", backend="soundfile")
        torchaudio.save("b.wav", x, sr, True, compression=None, format="wav", backend="soundfile")
    """,
    ),
    changes(
        "inside a function",
        """
        def f(p):
            from torchaudio.backend import sox_io_backend
            return sox_io_backend.info(p).num_frames
    """,
        """
        def f(p):
            import torchaudio
            return torchaudio.info(p, backend="sox").num_frames
    """,
    ),
    changes(
        "2.9",
        """
        import torchaudio
        from torchaudio.backend import sox_io_backend
        x = sox_io_backend.load("a.wav")
    """,
        """
        import torchaudio
        x = torchaudio.load("a.wav")
    """,
        target="2.9",
    ),
    stays(
        "a file object for sox",
        """
        import io
        from torchaudio.backend import sox_io_backend
        x = sox_io_backend.load(io.BytesIO(b""))
    """,
        "TAC111",
    ),
    *(
        changes(
            f"as a value: {name}",
            f"from torchaudio.backend import sox_io_backend\n{code}\n",
            f"import torchaudio\n{more}{rest}\n",
            target=target,
        )
        for name, target, code, more, rest in (
            ("kept", "2.2", "read = sox_io_backend.load", "import functools\n", 'read = functools.partial(torchaudio.load, backend="sox")'),
            (
                "passed on",
                "2.2",
                "make(loader=sox_io_backend.load)",
                "import functools\n",
                'make(loader=functools.partial(torchaudio.load, backend="sox"))',
            ),
            (
                "in a table",
                "2.2",
                "T = {'a': sox_io_backend.info}",
                "import functools\n",
                "T = {'a': functools.partial(torchaudio.info, backend=\"sox\")}",
            ),
            ("for 2.9", "2.9", "read = sox_io_backend.load", "", "read = torchaudio.load"),
        )
    ),
    changes(
        "as a value in a partial",
        """
        from functools import partial
        from torchaudio.backend import soundfile_backend
        read = partial(soundfile_backend.load, num_frames=5)
    """,
        """
        from functools import partial
        import torchaudio
        read = partial(torchaudio.load, num_frames=5, backend="soundfile")
    """,
    ),
    *(
        stays(f"as a value, left: {name}", f"import functools\nfrom torchaudio.backend import soundfile_backend as b\n{code}\n", "TAC111")
        for name, code in (
            ("compared", "x = read is b.load"),
            ("save", "f = functools.partial(b.save, bits_per_sample=16)"),
            ("a method", "class R:\n    read = b.load"),
            ("asked for its name", "x = functools.wraps(b.load)"),
        )
    ),
    stays(
        "never existed",
        """
        import torchaudio.backend.sox_io_backend
        torchaudio.backend.sox_io_backend.stream("a.wav")
    """,
        "TAC111",
    ),
    stays(
        "the sox_backend of 0.7",
        """
        import torchaudio.backend.sox_backend
        torchaudio.backend.sox_backend.load("a.wav", None, True)
    """,
        "TAC111",
    ),
    stays(
        "torchaudio is something else here",
        """
        from torchaudio.backend import sox_io_backend
        def f(torchaudio):
            return sox_io_backend.load("a.wav")
    """,
        "TAC111",
    ),
    stays(
        "an import ladder",
        """
        try:
            from torchaudio.backend import soundfile_backend
        except ImportError:
            soundfile_backend = None
    """,
    ),
    stays(
        "star arguments of save",
        """
        from torchaudio.backend import sox_io_backend
        sox_io_backend.save(*arguments)
    """,
        "TAC111",
    ),
)
def test_backend_modules(case: Case) -> None:
    check(case)


@table(
    changes(
        "in annotations",
        """
        from torchaudio.backend.common import AudioMetaData
        def f(meta: AudioMetaData) -> "AudioMetaData": ...
    """,
        """
        from torchaudio import AudioMetaData
        def f(meta: AudioMetaData) -> "AudioMetaData": ...
    """,
    ),
    changes(
        "dotted, in strings and in type comments",
        """
        import torchaudio
        import torchaudio.backend.common
        def f(meta: torchaudio.backend.common.AudioMetaData) -> "torchaudio.backend.common.AudioMetaData":
            x = meta  # type: torchaudio.backend.common.AudioMetaData
            y: "list[torchaudio.backend.common.AudioMetaData]" = []
            return isinstance(x, torchaudio.backend.common.AudioMetaData)
    """,
        """
        import torchaudio
        def f(meta: torchaudio.AudioMetaData) -> "torchaudio.AudioMetaData":
            x = meta  # type: torchaudio.AudioMetaData
            y: "list[torchaudio.AudioMetaData]" = []
            return isinstance(x, torchaudio.AudioMetaData)
    """,
    ),
    changes(
        "2.9",
        """
        from torchaudio.backend.common import AudioMetaData
        def f(meta: AudioMetaData): ...
    """,
        """
        from compat import AudioMetaData
        def f(meta: AudioMetaData): ...
    """,
        target="2.9",
    ),
    stays(
        "an import ladder",
        """
        try:
            from torchaudio.backend.common import AudioMetaData
        except ImportError:
            from torchaudio import AudioMetaData
    """,
        "TAC112",
    ),
    stays(
        "in a message",
        """
        import torchaudio
        print("torchaudio.backend.common.AudioMetaData is what you want")
    """,
    ),
    stays(
        "where it is today",
        """
        import torchaudio
        from torchaudio import AudioMetaData
        def f(meta: torchaudio.AudioMetaData): ...
    """,
    ),
)
def test_metadata_class(case: Case) -> None:
    check(case)


@table(
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
            return torchaudio.load(p, frame_offset=n)
    """,
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
        "the list is printed",
        """
        import torchaudio
        print(torchaudio.list_audio_backends())
    """,
    ),
    changes(
        "2.9: a choice that only sets",
        """
        import torchaudio
        if "sox_io" in torchaudio.list_audio_backends():
            torchaudio.set_audio_backend("sox_io")
        x = 1
    """,
        """
        import torchaudio
        x = 1
    """,
        target="2.9",
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
    stays(
        "a guard without a new arm",
        """
        import torchaudio
        if hasattr(torchaudio, "set_audio_backend"):
            torchaudio.set_audio_backend("soundfile")
    """,
        "TAC121",
    ),
    stays(
        "a choice by what is there, both arms of old",
        """
        import torchaudio
        if "soundfile" in torchaudio.list_audio_backends():
            torchaudio.set_audio_backend("soundfile")
        else:
            torchaudio.set_audio_backend("sox_io")
        x = torchaudio.load("a.wav")
    """,
        "TAC121",
    ),
    stays(
        "2.9: its failure decides",
        """
        import torchaudio
        try:
            torchaudio.set_audio_backend("sox_io")
        except Exception:
            SOX = False
    """,
        "TAC101",
        target="2.9",
    ),
    stays(
        "2.9: a test of its failure",
        """
        import pytest, torchaudio
        def test():
            with pytest.raises(RuntimeError):
                torchaudio.set_audio_backend("sox_io")
    """,
        "TAC103",
        target="2.9",
    ),
    stays(
        "under the drop-in of 2.0",
        """
        import compat
        compat.install("2.0")
        import torchaudio
        torchaudio.set_audio_backend("sox_io")
        x = torchaudio.load(filepath="a.wav")
    """,
        "TAC135",
    ),
    changes(
        "under the drop-in of the target",
        """
        import compat
        compat.install("2.2")
        import torchaudio
        x = torchaudio.load(filepath="a.wav")
    """,
        """
        import compat
        compat.install("2.2")
        import torchaudio
        x = torchaudio.load(uri="a.wav")
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
def test_decisions(case: Case) -> None:
    check(case)


@table(
    changes(
        "the variable",
        """
        import os
        os.environ["TORCHAUDIO_USE_BACKEND_DISPATCHER"] = "1"
        os.environ.setdefault("TORCHAUDIO_USE_BACKEND_DISPATCHER", "1")
        import torchaudio
    """,
        """
        import os
        import torchaudio
    """,
    ),
    changes(
        "alone in a function",
        """
        import os
        def setup():
            os.environ["TORCHAUDIO_USE_BACKEND_DISPATCHER"] = "1"
    """,
        """
        import os
        def setup():
            pass
    """,
    ),
    stays(
        "2.1 still reads it",
        """
        import os
        os.environ["TORCHAUDIO_USE_BACKEND_DISPATCHER"] = "1"
        import torchaudio
    """,
        target="2.1",
    ),
    stays(
        "0 wants the global backend",
        """
        import os
        os.environ["TORCHAUDIO_USE_BACKEND_DISPATCHER"] = "0"
        import torchaudio
    """,
        "TAC119",
    ),
    stays(
        "after the import",
        """
        import os
        import torchaudio
        os.environ["TORCHAUDIO_USE_BACKEND_DISPATCHER"] = "1"
    """,
        "TAC119",
    ),
    stays(
        "read",
        """
        import os
        x = os.environ.get("TORCHAUDIO_USE_BACKEND_DISPATCHER")
    """,
        "TAC119",
    ),
    stays(
        "not the real os",
        """
        os = fake()
        os.environ["TORCHAUDIO_USE_BACKEND_DISPATCHER"] = "1"
    """,
        "TAC119",
    ),
    changes(
        "the flag",
        """
        import torchaudio
        torchaudio.USE_SOUNDFILE_LEGACY_INTERFACE = False  # as it is
        torchaudio.set_audio_backend("soundfile")
    """,
        """
        import torchaudio
        # as it is
    """,
    ),
    stays(
        "the flag is True",
        """
        import torchaudio
        torchaudio.USE_SOUNDFILE_LEGACY_INTERFACE = True
    """,
        "TAC120",
    ),
    stays(
        "the flag is read",
        """
        import torchaudio
        print(torchaudio.USE_SOUNDFILE_LEGACY_INTERFACE)
    """,
        "TAC120",
    ),
    stays(
        "the buffer stays up to 2.8",
        """
        import torchaudio
        torchaudio.utils.sox_utils.set_buffer_size(16000)
    """,
    ),
    changes(
        "the buffer goes in 2.9",
        """
        import torchaudio
        from torchaudio.utils import sox_utils
        sox_utils.set_buffer_size(16000)
    """,
        """
        import torchaudio
    """,
        target="2.9",
    ),
)
def test_leftovers(case: Case) -> None:
    check(case)


@table(
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
    stays(
        "a guard of its own",
        """
        import torchaudio
        def f(p):
            return torchaudio.info(p) if hasattr(torchaudio, "info") else None
    """,
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
        "the class in annotations that are text",
        """
        import torchaudio as ta
        def f(m: "list[ta.AudioMetaData]", other: "data.AudioMetaData") -> "ta.backend.common.AudioMetaData":
            # type: (...) -> ta.AudioMetaData
            return m[0]
    """,
        """
        import torchaudio as ta
        import compat
        def f(m: "list[compat.AudioMetaData]", other: "data.AudioMetaData") -> "compat.AudioMetaData":
            # type: (...) -> compat.AudioMetaData
            return m[0]
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
        "gone modules",
        """
        import torchaudio
        import torchaudio.sox_effects
        from torchaudio.io import StreamReader
        from torchaudio import kaldi_io
        from torchaudio._backend import utils
        torchaudio.sox_effects.apply_effects_file("a.wav", [])
    """,
        "TAC124",
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
        "integers and file objects to save",
        """
        import io, torch, torchaudio
        def f(x):
            y = x.short()
            torchaudio.save("a.wav", y, 16000)
            torchaudio.save(io.BytesIO(), x, 16000)
    """,
        "TAC126",
        target="2.9",
    ),
    stays(
        "arguments without effect",
        """
        import torchaudio
        torchaudio.load("a.wav", normalize=False)
        torchaudio.load("a.wav", 0, -1, False)
        torchaudio.save("a.wav", x, 16000, encoding="PCM_S", bits_per_sample=16)
    """,
        "TAC130",
        target="2.9",
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
def test_nine(case: Case) -> None:
    check(case)


@table(
    stays(
        "load_wav",
        """
        import torchaudio
        x = torchaudio.load_wav("a.wav")
    """,
        "TAC115",
    ),
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
        "unseen imports",
        """
        import importlib
        a = importlib.import_module("torchaudio")
        b = __import__("torchaudio.backend")
        c = pytest.importorskip("torchaudio")
    """,
        "TAC127",
    ),
    stays(
        "code in a string",
        """
        import subprocess
        subprocess.run(["python", "-c", "import torchaudio; torchaudio.set_audio_backend('sox_io')"])
    """,
        "TAC127",
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
    stays(
        "pins",
        """
        install_requires = ["torchaudio==0.13.1", "torchaudio>=2.2", "torchaudio-augmentations==0.1"]
    """,
        "TAC133",
    ),
)
def test_reports(case: Case) -> None:
    check(case)


def test_places_are_lines_and_columns_of_the_text() -> None:
    program = "import torchaudio\n\nx = '名', torchaudio.load_wav('a')\n"
    [finding] = rewrite({"a.py": program})["a.py"].left
    assert (finding.place.line, finding.place.column, finding.place.end_column) == (3, 10, 29)


def test_places_after_a_change_are_those_of_the_new_text() -> None:
    program = "import torchaudio\ntorchaudio.set_audio_backend('soundfile')\nx = torchaudio.load_wav('a')\n"
    outcome = rewrite({"a.py": program})["a.py"]
    assert [finding.place.line for finding in outcome.left] == [3]
    assert [finding.place.line for finding in outcome.left_after] == [2]
    assert [finding.place.line for finding in outcome.fixed] == [2]


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
