"""TAC113: Read AudioMetaData instead of the tuple that info gave."""

import pytest

from tests.codemod.tables import changes, project, rewrite, stays, table

test_tuple_info = table(
    changes(
        "unpacked",
        """
        import torchaudio
        def f(p):
            si, ei = torchaudio.info(p)
            return si.rate, si.channels, si.precision, si.length // si.channels
    """,
        """
        import torchaudio
        def f(p):
            si = torchaudio.info(p)
            return si.sample_rate, si.num_channels, si.bits_per_sample, si.num_frames
    """,
    ),
    changes(
        "indexed",
        """
        import torchaudio
        def f(p):
            return torchaudio.info(p)[0].rate
    """,
        """
        import torchaudio
        def f(p):
            return torchaudio.info(p).sample_rate
    """,
    ),
    changes(
        "indexed and kept",
        """
        import torchaudio
        def f(p):
            si = torchaudio.info(p)[0]
            return si.rate * 2
    """,
        """
        import torchaudio
        def f(p):
            si = torchaudio.info(p)
            return si.sample_rate * 2
    """,
    ),
    changes(
        "indexed in brackets",
        """
        import torchaudio
        def f(p):
            si = (torchaudio.info(p) )[0]
            i = torchaudio.info(p)
            return (i) [(0)].rate + (
                torchaudio.info(p)  # [0]
            )[0].rate, si.rate
    """,
        """
        import torchaudio
        def f(p):
            si = (torchaudio.info(p) )
            i = torchaudio.info(p)
            return (i) .sample_rate + (
                torchaudio.info(p)  # [0]
            ).sample_rate, si.sample_rate
    """,
    ),
    changes(
        "underscore",
        """
        import torchaudio
        def f(p):
            si, _ = torchaudio.info(p)
            return si.rate
    """,
        """
        import torchaudio
        def f(p):
            si = torchaudio.info(p)
            return si.sample_rate
    """,
    ),
    stays(
        "code in a string reads it, beside a star import",
        """
        import torchaudio
        from tools import *
        def f(p):
            si, ei = torchaudio.info(p)
            return eval("si.rate")
    """,
        "TAC113",
    ),
    stays(
        "a bare length",
        """
        import torchaudio
        def f(p):
            si, ei = torchaudio.info(p)
            return si.length
    """,
        "TAC113",
    ),
    stays(
        "the second is read",
        """
        import torchaudio
        def f(p):
            si, ei = torchaudio.info(p)
            return si.rate, ei.encoding
    """,
        "TAC113",
    ),
    stays(
        "the first escapes",
        """
        import torchaudio
        def f(p):
            si, ei = torchaudio.info(p)
            return si
    """,
        "TAC113",
    ),
    stays(
        "bound twice",
        """
        import torchaudio
        def f(p, si=None):
            si, ei = torchaudio.info(p)
            return si.rate
    """,
        "TAC113",
    ),
    stays(
        "the second item",
        """
        import torchaudio
        def f(p):
            return torchaudio.info(p)[1].encoding
    """,
        "TAC113",
    ),
    stays(
        "read in an f-string",
        """
        import torchaudio
        def f(p):
            si, ei = torchaudio.info(p)
            return f"{si.rate=} Hz"
    """,
        "TAC113",
    ),
    stays(
        "written to",
        """
        import torchaudio
        def f(p):
            si, ei = torchaudio.info(p)
            si.rate = 1
            return si.rate
    """,
        "TAC113",
    ),
    stays(
        "today's",
        """
        import torchaudio
        def f(p):
            meta = torchaudio.info(p)
            meta.num_frames = 3
            return meta.sample_rate, load_pair(p)[0].rate
    """,
    ),
)


test_a_tuple_that_another_file_imports_is_left = table(
    project(
        "it may be anything there",
        {
            "meta.py": "import torchaudio\nsi, ei = torchaudio.info('a.wav')\nprint(si.rate)\n",
            "use.py": "from meta import si\nimport torchaudio\n",
        },
        says={"meta.py": "another file"},
    )
)

test_tuples_kept_and_given_back = table(
    *(
        changes(
            name,
            f"import torchaudio\ndef f(p):\n    {before}\n",
            f"import torchaudio\ndef f(p):\n    {after}\n",
        )
        for name, before, after in (
            ("kept whole", "i = torchaudio.info(p)\n    return i[0].rate, i[0].channels", "i = torchaudio.info(p)\n    return i.sample_rate, i.num_channels"),
            ("kept whole, frames", "i = torchaudio.info(p)\n    return i[0].length / i[0].channels", "i = torchaudio.info(p)\n    return i.num_frames"),
            ("seconds by a product", "si, _ = torchaudio.info(p)\n    return si.length / (si.channels * si.rate)", "si = torchaudio.info(p)\n    return si.num_frames / si.sample_rate"),
            ("seconds by a product, turned", "si, _ = torchaudio.info(p)\n    return si.length / (si.rate * si.channels)", "si = torchaudio.info(p)\n    return si.num_frames / si.sample_rate"),
            ("the length of another, x", "si, _ = torchaudio.info(p)\n    return x.length // si.channels", "si = torchaudio.info(p)\n    return x.length // si.num_channels"),
            ("seconds by two divisions", "si, _ = torchaudio.info(p)\n    return si.length / si.rate / si.channels", "si = torchaudio.info(p)\n    return si.num_frames / si.sample_rate"),
        )
    ),
    *(
        stays(f"stays: {name}", f"import torchaudio\ndef f(p):\n    {code}\n", *left)
        for name, code, left in (
            ("kept whole, length", "i = torchaudio.info(p)\n    return i[0].length", ("TAC113",)),
            ("kept whole, the second", "i = torchaudio.info(p)\n    return i[1].encoding", ("TAC113",)),
            ("kept whole, and taken apart", "i = torchaudio.info(p)\n    si, ei = i\n    return si.rate", ("TAC113",)),
            ("kept whole, and passed on", "i = torchaudio.info(p)\n    g(i)\n    return i[0].rate", ("TAC113",)),
            ("asked what it is", "i = torchaudio.info(p)\n    return i[0].rate if isinstance(i, tuple) else i.sample_rate", ()),
            ("asked for its type", "i = torchaudio.info(p)\n    if type(i) is tuple:\n        i = i[0]\n    return i", ()),
            ("a product of something else", "si, _ = torchaudio.info(p)\n    return si.length / (si.channels * p.rate)", ("TAC113",)),
            ("given back", "return torchaudio.info(p)\nsi, ei = f('a')", ("TAC113",)),
            ("given back, an item", "return torchaudio.info(p)\nr = f('a')[0].rate", ("TAC113",)),
            ("kept in an object, and indexed there", "self.i = torchaudio.info(p)\n    return self.i[0].rate", ("TAC113",)),
            ("kept in a test, and indexed", "return (i := torchaudio.info(p)) and i[0].rate", ("TAC113",)),
            ("read by its name", "si, ei = torchaudio.info(p)\n    return si.rate, locals()", ("TAC113",)),
            ("frames of libsndfile, divided", "torchaudio.set_audio_backend(b)\n    si, _ = torchaudio.info(p)\n    return si.length / si.channels", ("TAC105", "TAC113")),
            ("given back, and not taken apart", "return torchaudio.info(p)\nm = f('a')\nm.num_frames", ()),
            ("a function of the name, which may be another", "return torchaudio.info(p)\nsi, ei = other.f('a')", ("TAC113",)),
        )
    ),
)  # fmt: skip


@pytest.mark.parametrize("head", ["import torchaudio\n", ""])
def test_a_tuple_that_another_file_takes_apart_is_reported(head: str) -> None:
    found = rewrite(
        {
            "audio.py": "import torchaudio\ndef meta(p):\n    return torchaudio.info(p)\n",
            "main.py": f"{head}from audio import meta\nsi, ei = meta('a')\n",
        }
    )
    assert [finding.rule for finding in found["audio.py"].left] == ["TAC113"]
