"""TAC124: sox_effects, io, torio, kaldi_io and private modules."""

from tests.codemod.commands import commands, notebook, row
from tests.codemod.tables import project, said, stays, table

test_nine = table(
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
)

test_what_replaces_it_is_said = table(
    *(
        said(name, f"from compat.io import {name}.", f"from torchaudio.io import {name}\nx = {name}()\n", target="2.9")
        for name in ("AudioEffector", "CodecConfig", "StreamReader", "StreamWriter", "play_audio")
    ),
    said("effects", "from compat import sox_effects", "import torchaudio\ntorchaudio.sox_effects.effect_names()\n", target="2.9"),
    said(
        "what libsox has",
        'compat.standin("2.2").utils.sox_utils',
        "import torchaudio\ntorchaudio.utils.sox_utils.list_effects()\n",
        target="2.9",
    ),
    said("what FFmpeg has", "av.codecs_available", "import torchaudio\ntorchaudio.utils.ffmpeg_utils.get_versions()\n", target="2.9"),
)

test_torio = table(
    said(
        "a class",
        "torio.io.StreamingMediaDecoder does not come with torchaudio 2.9",
        "from torio.io import StreamingMediaDecoder\n",
        target="2.9",
    ),
    said("the package", "torio does not come with torchaudio 2.9", "import torio\n", target="2.9"),
    said("a module, renamed", "torio.io does not come with torchaudio 2.9", "import torio.io as tio\n", target="2.9"),
    said("beside another", "torio.utils.ffmpeg_utils does not come", "import os, torio.utils.ffmpeg_utils\n", target="2.9"),
    said("everything", "torio.io does not come with torchaudio 2.9", "from torio.io import *\n", target="2.9"),
    said(
        "in a function",
        "torio.io does not come",
        "def f(p):\n    from torio import io\n    return io.StreamingMediaDecoder(p)\n",
        target="2.9",
    ),
    stays("up to 2.8 it is there", "from torio.io import StreamingMediaDecoder\n", target="2.2"),
    stays("ignored", "import torio  # compat: ignore\n", target="2.9"),
    project("a torio of the project is its own", {"use.py": "import torio\n", "torio.py": "x = 1\n"}, left={"use.py": []}, target="2.9"),
    project("a file of another name", {"use.py": "import torio\n", "other.py": "x = 1\n"}, left={"use.py": ["TAC124"]}, target="2.9"),
    said("what it knew of FFmpeg is asked of PyAV", "PyAV", "from torio.utils import ffmpeg_utils\n", target="2.9"),
)

TORIO = "from torio.io import StreamingMediaDecoder\n"
# a scan passes by only those files that speak of nothing of interest
test_a_file_that_speaks_of_torio_alone_is_read = commands(
    *(
        row(name, "--target 2.9 --check --docs .", {name: text}, 1, "TAC124", "StreamReader is StreamingMediaDecoder")
        for name, text in (("use.py", TORIO), ("use.ipynb", notebook(TORIO)), ("use.md", f"```python\n{TORIO}```\n"))
    )
)
