"""Every public name that the wheels lost is told or changed, and none that they have."""

from collections.abc import Iterator

import pytest

from compat.codemod.files.content import matters
from compat.codemod.files.discovery import PYTHON
from compat.codemod.source import old_names
from compat.names import wheel_names
from tests.codemod.tables import PROGRAM, changes, project, rewrite, said, stays, table

TARGETS = ("2.1", "2.2", "2.9")


NAMES = wheel_names.table().spans
# What the module took from elsewhere for itself.
NOT_MEANT = ("backend.torchaudio", "functional.functional.deprecated", ".dropping_", "dropping_", "backend.utils.no_backend")


def lost(target: str) -> Iterator[str]:
    """The names that some release before a target has and the target has not."""
    before = [release for release in wheel_names.table().patches if release < wheel_names.minor(target)]
    for name, spans in NAMES.items():
        home = name.rpartition(".")[0]
        if any(part.startswith("_") for part in name.split(".")) or any(word in name for word in NOT_MEANT):
            continue
        had = any(span.first <= release <= span.last for span in spans for release in before)
        if had and not wheel_names.has(name, target) and not wheel_names.has(f"{home}.__getattr__", target):
            yield name


@pytest.mark.parametrize(("target", "name"), [(target, name) for target in TARGETS for name in lost(target)])
def test_each_is_told_or_changed(target: str, name: str) -> None:
    home, _, last = name.rpartition(".")
    for program in (f"print(torchaudio.{name}(1))\n", *[f"from torchaudio.{home} import {last}\nprint({last}(1))\n"][: bool(home)]):
        outcome = rewrite({PROGRAM: f"import torchaudio\n{program}"}, target)[PROGRAM]
        assert outcome.left or outcome.changed, program
        assert f"torchaudio.{name}(1)" not in outcome.text or outcome.left
        assert matters(PYTHON, f"import torchaudio\n{program}".encode(), mentioned=True), program
    by_module = f"from torchaudio import {name.partition('.')[0]}\nprint({name}(1))\n"
    assert matters(PYTHON, by_module.encode(), mentioned=True)


@pytest.mark.parametrize(
    ("imported", "expected"),
    [
        ("transforms", False),
        ("functional as F, transforms\r", False),
        ("io", True),
        ("transforms, io", True),
        ("transforms; import io", True),
        ("transforms, \\\n    datasets", True),
        ("transforms as load", True),
    ],
)
def test_a_file_that_only_imports_modules_that_stay_does_not_matter(imported: str, expected: bool) -> None:
    assert matters(PYTHON, f"from torchaudio import {imported}\n".encode(), mentioned=True) == expected


@pytest.mark.parametrize("target", TARGETS)
def test_none_that_is_there_is_told(target: str) -> None:
    there = [name for name in NAMES if wheel_names.has(name, target) and not name.startswith(("backend", "_", "utils.s"))]
    public = [name for name in there if "._" not in name and name.partition(".")[0] not in ("set_audio_backend", "get_audio_backend")]
    outcome = rewrite({PROGRAM: "import torchaudio\n" + "".join(f"print(torchaudio.{name})\n" for name in public)}, target)[PROGRAM]
    assert not {finding.reason for finding in outcome.left if finding.rule in ("TAC111", "TAC124", "TAC129", "TAC136")}
    assert not outcome.changed


GONE = """
import torchaudio
from torchaudio.utils import download_asset
from torchaudio.functional import apply_codec
from torchaudio.prototype.pipelines import VGGISH
import torchaudio.prototype.transforms as prototype
path = torchaudio.utils.download_asset('a.wav')
again = torchaudio.functional.apply_codec(path, 8000, 'mp3')
"""
test_each_place_of_a_name_gone_in_nine_is_told = table(
    project("all lines but the first", {PROGRAM: GONE}, says={PROGRAM: [f"{PROGRAM}:{line}:" for line in range(2, 8)]}, target="2.9")
)

test_list_audio_backends_by_its_old_path = table(
    changes(
        "imported",
        "from torchaudio.backend import list_audio_backends\n\nprint(list_audio_backends())\n",
        "from torchaudio import list_audio_backends\n\nprint(list_audio_backends())\n",
    ),
    changes(
        "imported from utils, by another name",
        "from torchaudio.backend.utils import list_audio_backends as backends\nprint(backends())\n",
        "from torchaudio import list_audio_backends as backends\nprint(backends())\n",
    ),
    changes(
        "imported beside the setter",
        """
        import torchaudio
        from torchaudio.backend.utils import list_audio_backends, set_audio_backend
        set_audio_backend("sox_io")
        print(list_audio_backends(), torchaudio.load("a"))
        """,
        """
        import torchaudio
        from torchaudio import list_audio_backends
        print(list_audio_backends(), torchaudio.load("a", backend="sox"))
        """,
    ),
    changes(
        "a decision rests on it",
        """
        import torchaudio

        if "sox_io" in torchaudio.backend.list_audio_backends():
            print("sox")
        print(torchaudio.backend.list_audio_backends())
        """,
        """
        import torchaudio

        if "sox" in torchaudio.list_audio_backends():
            print("sox")
        print(torchaudio.list_audio_backends())
        """,
    ),
    changes(
        "by a module",
        "from torchaudio.backend import utils\nprint(utils.list_audio_backends())\n",
        "import torchaudio\nprint(torchaudio.list_audio_backends())\n",
    ),
    changes(
        "at 2.1",
        "import torchaudio\nprint(torchaudio.backend.utils.list_audio_backends())\n",
        "import torchaudio\nprint(torchaudio.list_audio_backends())\n",
        target="2.1",
    ),
    changes(
        "at 2.9",
        "from torchaudio.backend import list_audio_backends\nprint(list_audio_backends())\n",
        "from compat import list_audio_backends\nprint(list_audio_backends())\n",
        target="2.9",
    ),
    changes(
        "the class beside itself",
        """
        from torchaudio.backend.common import AudioMetaData, AudioMetaData as Meta
        x: AudioMetaData
        y: Meta
        """,
        """
        from torchaudio import AudioMetaData
        from torchaudio import AudioMetaData as Meta
        x: AudioMetaData
        y: Meta
        """,
    ),
    stays(
        "in a ladder of imports",
        """
        try:
            from torchaudio.backend import list_audio_backends
        except ImportError:
            list_audio_backends = list
        print(list_audio_backends())
        """,
        "TAC112",
    ),
)

test_other_paths = table(
    said(
        "a function of 2.0",
        "torchaudio.backend.get_load_func is not in torchaudio 2.1",
        "import torchaudio\ntorchaudio.backend.get_load_func()\n",
        "2.1",
    ),
    said(
        "one of a backend", "sox_io_backend.get_buffer_size", "import torchaudio.backend.sox_io_backend as s\ns.get_buffer_size()\n", "2.9"
    ),
    said(
        "Kaldi's pitch",
        "functional.compute_kaldi_pitch is not in torchaudio 2.2",
        "import torchaudio\ntorchaudio.functional.compute_kaldi_pitch(1)\n",
    ),
    said("renamed", "prototype.models is not in torchaudio 2.9", "from torchaudio.prototype import models as m\n", "2.9"),
    said("a star", "torchaudio.prototype.transforms", "from torchaudio.prototype.transforms import *\n", "2.9"),
    said("in a function", "utils.download_asset", "def f():\n    from torchaudio.utils import download_asset as d\n    d('a')\n", "2.9"),
    said("by getattr", "torchaudio.utils.download_asset", "import torchaudio\ngetattr(torchaudio.utils, 'download_asset')('a')\n", "2.9"),
    said("info by getattr", "torchaudio.info is taken by getattr", "import torchaudio\nf = getattr(torchaudio, 'info')\n", "2.9"),
    stays("tested by getattr", "import torchaudio\nif getattr(torchaudio, 'info', None): pass\n", target="2.9"),
    said("imported whole", "torchaudio.prototype", "import torchaudio.prototype\nprint(torchaudio.prototype)\n", "2.9"),
    said("its submodule", "utils.download.download_asset", "from torchaudio.utils.download import download_asset\n", "2.9"),
    stays("at 2.2 it is there", "from torchaudio.utils import download_asset\nfrom torchaudio.functional import apply_codec\n"),
    stays("private and still there", "import torchaudio\ntorchaudio._extension.fail_if_no_align\n", target="2.9"),
)


@pytest.mark.parametrize("path", [path for path in old_names.ADVICE if not path.startswith("torio")])
def test_the_table_is_the_only_memory(path: str) -> None:
    """What to do is ours; which names there are is the wheels'."""
    name = path.removeprefix("torchaudio.")
    assert wheel_names.releases_of(name)
    assert not wheel_names.has(name, "2.9")


USED = "print(torchaudio.info('a').num_frames)\n"
LATE = ("import compat\n", "if TYPE_CHECKING:\n    import compat\n")
test_our_package_is_imported_before_its_use = table(
    *(
        changes(
            f"{late!r} after it",
            f"import torchaudio\n{USED}{late}",
            f"import torchaudio\nimport compat\n{USED.replace('torchaudio', 'compat')}{late}",
            target="2.9",
        )
        for late in LATE
    ),
    changes("it is there", f"import torchaudio, compat\n{USED}", f"import torchaudio, compat\n{USED.replace('torchaudio', 'compat')}", target="2.9"),
)  # fmt: skip
