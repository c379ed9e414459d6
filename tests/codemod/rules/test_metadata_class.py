"""TAC112: Take AudioMetaData from torchaudio itself."""

from tests.codemod.tables import changes, said, stays, table

FIRST = """
try:
    from torchaudio import AudioMetaData
except ImportError:
    from torchaudio.backend.common import AudioMetaData
"""

test_metadata_class = table(
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
    *(
        stays(f"torchaudio itself is tried first, {target}", FIRST, *rules, target=target)
        for target, *rules in (("2.1",), ("2.2",), ("2.9", "TAC129"))
    ),
    stays(
        "another name is tried first", FIRST.replace("torchaudio import AudioMetaData", "torchaudio import AudioMetaData as M"), "TAC112"
    ),
    stays("something else is tried first", FIRST.replace("torchaudio import AudioMetaData", "mine import AudioMetaData"), "TAC112"),
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


test_nine = table(
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
    said(
        "torchaudio is the name of something else here",
        "torchaudio itself has no name here",
        """
        from torchaudio.backend import common
        torchaudio = None
        meta = common.AudioMetaData()
    """,
    ),
)
