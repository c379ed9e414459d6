"""TAC131: Drop imports that the changes left without use."""

from tests.codemod.tables import changes, project, stays, table

LISTED = """
from torchaudio import (
    load,  # stays
    set_audio_backend,  # goes
)
"""

test_imports = table(
    project(
        "what another file takes from here stays",
        {
            "audio.py": "import torchaudio\nfrom torchaudio.backend import sox_io_backend\nx = sox_io_backend.load('a.wav')\n",
            "use.py": "from audio import sox_io_backend\nimport torchaudio\n",
        },
        {"audio.py": "import torchaudio\nfrom torchaudio.backend import sox_io_backend\nx = torchaudio.load('a.wav', backend=\"sox\")\n"},
    ),
    project(
        "what another file reads in the module stays",
        {
            "audio.py": "import torchaudio\nfrom torchaudio.backend.sox_io_backend import load as read\nx = read('a.wav')\n",
            "use.py": "import audio\naudio.read('b.wav')\n",
        },
        {
            "audio.py": "import torchaudio\nfrom torchaudio.backend.sox_io_backend import load as read\nx = torchaudio.load('a.wav', backend=\"sox\")\n"
        },
    ),
    changes(
        "a class has it as an attribute",
        "import torchaudio\nclass A:\n    from torchaudio.backend.sox_io_backend import load\n    x = load('a.wav')\n",
        "import torchaudio\nclass A:\n    from torchaudio.backend.sox_io_backend import load\n    x = torchaudio.load('a.wav', backend=\"sox\")\n",
        "TAC127",
    ),
    stays("a star import stays", "import torchaudio\nfrom torchaudio.backend.sox_io_backend import *\nx = load('a.wav')\n", "TAC127"),
    *(
        stays(f"text may name it: {name}", f"{imported}\n\n\ndef f(x{annotation}):\n    {body}\n", "TAC131")
        for name, imported, annotation, body in (
            ("an annotation", "import torchaudio.backend.common as c", ': "c.AudioMetaData"', "return x"),
            ("a part of one", "from torchaudio.backend import common", ': "list[common.AudioMetaData]"', "return x"),
            ("a type comment", "from torchaudio.backend import common", "", "# type: (common.AudioMetaData) -> None\n    return x"),
            (
                "a type comment after code",
                "from torchaudio.backend import common",
                "",
                "y = []  # type: list[common.AudioMetaData]\n    return y",
            ),
            ("code", "from torchaudio.backend import sox_io_backend", "", "return eval('sox_io_backend.load(x)')"),
            ("a doctest", "from torchaudio.backend import sox_io_backend", "", '""">>> sox_io_backend.load("a.wav")"""'),
        )
    ),
    changes(
        "a message and a comment do not look it up",
        "from torchaudio.backend import common\n\n\ndef f(x):\n    # common.py\n    raise ValueError('not common')  # type error\n",
        "def f(x):\n    # common.py\n    raise ValueError('not common')  # type error\n",
    ),
    changes("a comment between imported names holds the import", f'{LISTED}set_audio_backend("sox_io")\n', LISTED, "TAC131"),
)


TRIED = "try:\n    import torchaudio.backend.sox_io_backend\nexcept ImportError:\n    pass\n"
OLD, NEW = "torchaudio.backend.sox_io_backend.load(1)\n", "torchaudio.load(1)\n"
test_an_attempt_that_alone_binds_torchaudio = table(
    changes("the target lacks it", TRIED + OLD, TRIED + NEW, "TAC131", target="2.9"),
    changes("the target has it", TRIED + OLD, TRIED + NEW.replace("1", '1, backend="sox"')),
    changes("torchaudio is imported above", f"import torchaudio\n{TRIED}{OLD}", f"import torchaudio\n{TRIED}{NEW}", target="2.9"),
)

ELSEWHERE = (
    "if TYPE_CHECKING:\n    import torchaudio\n",
    "try:\n    import torchaudio\nexcept ImportError:\n    pass\n",
    "def f():\n    import torchaudio\n",
)
test_torchaudio_stays_bound = table(
    *(
        changes(head, f"{head}import torchaudio.backend.sox_io_backend\n{OLD}", f"{head}import torchaudio\n{NEW}", target="2.9")
        for head in ELSEWHERE
    ),
    changes("it is bound", f"import torchaudio\nimport torchaudio.backend.sox_io_backend\n{OLD}", f"import torchaudio\n{NEW}", target="2.9"),
)  # fmt: skip
