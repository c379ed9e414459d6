"""However many processes share the work, and whichever of them does a part of it: what comes of it is the same to the letter."""

from __future__ import annotations

import dataclasses
import random
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from compat.codemod import crew, edits, processes, settling, sharing
from compat.codemod.options import Options
from compat.codemod.processes import Helper, Line
from compat.codemod.registry import rules
from compat.codemod.results import Result
from compat.codemod.session import run

SETTER = 'import torchaudio\n\ntorchaudio.set_audio_backend("sox_io")\n'
CALLS = "import torchaudio\n\n\ndef read(path):\n    return torchaudio.load(filepath=path)\n"
MAIN = 'if __name__ == "__main__":\n    data.read("a.wav")\n'
HARD = "import torchaudio\n\n\ndef read(paths):\n    return torchaudio.load(path for path in paths)\n"
EXAMPLES = {f"example_{rule.id}.py": rule.before for rule in rules().values()}

PROJECTS: dict[str, dict[str, str]] = {
    "one sets, others call": {
        "main.py": f"{SETTER}\nimport data\nimport more\n\n{MAIN}",
        "data.py": CALLS,
        "more.py": "import torchaudio as ta\n\n\ndef write(path, x):\n    ta.save(path, x, 8000)\n    return ta.info(filepath=path)\n",
    },
    "a call also runs without the setter": {
        "main.py": f"{SETTER}\nimport data\n\n{MAIN}",
        "other.py": f"import data\n\n{MAIN}",
        "data.py": CALLS,
        **{f"more_{number}.py": CALLS for number in range(9)},
    },
    "a call runs in a program that never sets": {
        "main.py": SETTER,
        "other.py": f"import data\n\n{MAIN}",
        "data.py": CALLS,
        **{f"more_{number}.py": CALLS for number in range(9)},
    },
    "a fake": {
        "main.py": f"{SETTER}\nimport data\n\n{MAIN}",
        "data.py": CALLS,
        "test_data.py": 'from unittest.mock import patch\n\nimport torchaudio\n\n\n@patch("torchaudio.load")\ndef test(load):\n    pass\n',
        "more.py": "import torchaudio\n\nx = torchaudio.info(filepath='a')\n",
    },
    "torchaudio by way of another module": {
        "deps.py": "import torchaudio\n\ny = torchaudio.load(filepath='a.wav')\n",
        "main.py": f"{SETTER}\nfrom deps import torchaudio as ta\n\nx = ta.load(filepath='a.wav')\n",
        "more.py": "import deps\n\n\ndef read(path):\n    return deps.torchaudio.load_wav(path)\n",
        "quiet.py": "from deps import torchaudio\n",
    },
    "its name for torchaudio is imported elsewhere": {
        "deps.py": "import torchaudio as ta\n\ny = ta.load(filepath='a.wav')\n",
        "main.py": SETTER,
        "quiet.py": "from deps import ta\n",
    },
    "a part of the change that cannot be made": {
        "main.py": f"{SETTER}\nimport data\nimport hard\n\n{MAIN}",
        "data.py": CALLS,
        "hard.py": HARD,
    },
    "many parts of the change that cannot be made": {
        "main.py": f"{SETTER}\nimport data\n\n{MAIN}",
        "data.py": CALLS,
        **{f"hard_{number}.py": f"{'#' * number}\n" + HARD for number in range(6)},
    },
    "doubts in many files": {
        "main.py": f"{SETTER}\nimport data\n\n{MAIN}",
        "data.py": CALLS,
        **{f"doubt_{number}.py": f"{'#' * number}\nimport torchaudio\n\nx = print, torchaudio\ny = f(torchaudio)\n" for number in range(9)},
    },
    "a function kept as a value": {
        "main.py": f"{SETTER}\nimport data\nimport kept\n\n{MAIN}",
        "data.py": CALLS,
        "kept.py": "import torchaudio\n\nREADERS = {'wav': torchaudio.load}\n",
    },
    "a comment that keeps a part of it": {
        "main.py": f"{SETTER.rstrip()}  # compat: ignore\n\nimport data\n\n{MAIN}",
        "data.py": CALLS,
    },
    "path objects from another module": {
        "main.py": f'{SETTER}\nfrom pathlib import Path\n\nimport data\n\ndata.read(Path("a") / "b.wav")\n',
        "data.py": CALLS,
        "quiet.py": "from pathlib import Path\n\nimport data\n\ndata.read(Path('a'))\n",
    },
    "whole numbers from another module": {
        "data.py": "import torchaudio\n\n\ndef write(path, x):\n    torchaudio.save(path, x, 8000, precision=16)\n",
        "main.py": "import torchaudio\n\nimport data\n\ndata.write('a', torchaudio.load(filepath='b')[0].short())\n",
    },
    "the other release installed": {
        "main.py": 'import compat\n\ncompat.install("2.0")\n\nimport data\n',
        "data.py": CALLS,
    },
    "one that cannot be parsed": {
        "main.py": f"{SETTER}\nimport data\n\n{MAIN}",
        "data.py": CALLS,
        "broken.py": "import torchaudio\n\ntorchaudio.load(filepath=\n",
    },
    "not ASCII, and strings in strings": {
        "main.py": f"# é\n{SETTER}\nimport data\n\n{MAIN}",
        "data.py": f'{CALLS}\nprint(f"é {{torchaudio.info(filepath=1)}}")\n',
        "more.py": "# é\nimport torchaudio\n\nx = 'é', torchaudio.load(filepath='é')\n",
    },
    "every example of a rule": EXAMPLES,
    "every example without a setter": {name: text for name, text in EXAMPLES.items() if "set_audio_backend" not in text},
}


def made(result: Result) -> Any:
    return [dataclasses.asdict(file) for file in result.files], [dataclasses.astuple(one) for one in result.problems], result.scanned


@pytest.fixture(autouse=True)
def helpers(monkeypatch: pytest.MonkeyPatch) -> list[Helper]:
    """Every bit of work is shared, however small; gives the helpers that there were."""
    monkeypatch.setattr(sharing, "AT_ONCE", 1)
    monkeypatch.setattr(crew, "_ENOUGH", 1)
    monkeypatch.setattr(settling, "_ENOUGH", 1)
    found: list[Helper] = []
    fork = processes.fork

    def watched(work: Callable[[Line], object], others: Iterable[Helper] = ()) -> Helper:
        found.append(fork(work, others))
        return found[-1]

    monkeypatch.setattr(processes, "fork", watched)
    return found


@pytest.mark.parametrize("name", PROJECTS)
def test_any_number_of_processes(name: str, tmp_path: Path, helpers: list[Helper]) -> None:
    for path, text in PROJECTS[name].items():
        (tmp_path / path).write_text(text, encoding="utf-8")
    for target, unsafe, ignore in (
        ("2.2", False, ()),
        ("2.2", True, ()),
        ("2.9", False, ()),
        ("2.1", False, ("TAC102", "TAC110", "TAC118")),
    ):
        options = Options(paths=(str(tmp_path),), check=True, target=target, unsafe=unsafe, ignore=ignore)
        alone = made(run(options))
        assert alone[0], "there is nothing to compare"
        assert not helpers
        for jobs in (2, 3):
            assert made(run(dataclasses.replace(options, jobs=jobs))) == alone
            assert len(helpers) >= 2 * (jobs - 1), "it was not shared"
            helpers.clear()


@pytest.mark.parametrize("seed", range(40))
def test_projects_put_together_at_random(seed: int, tmp_path: Path, helpers: list[Helper]) -> None:
    """Files of all those projects that meet each other, under names that they import."""
    draw = random.Random(seed)
    texts = [text for project in PROJECTS.values() for text in project.values()]
    names = ["data", "more", "main", "other", "hard", "kept", "deps", "test_data"]
    for number in range(draw.randint(2, 12)):
        path = tmp_path / draw.choice([".", "package"]) / f"{draw.choice(names)}{draw.choice(['', f'_{number}'])}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"import {draw.choice(names)}\n" * draw.randint(0, 1) + draw.choice(texts), encoding="utf-8")
    ignore = tuple(draw.sample(["TAC101", "TAC102", "TAC103", "TAC106", "TAC110", "TAC118"], draw.choice([0, 0, 1, 2])))
    target, backend = draw.choice(["2.1", "2.2", "2.9"]), draw.choice([None, None, "sox"])
    options = Options(paths=(str(tmp_path),), check=True, target=target, unsafe=draw.random() < 0.5, ignore=ignore, backend=backend)
    alone = made(run(options))
    assert all(made(run(dataclasses.replace(options, jobs=jobs))) == alone for jobs in (2, 3))
    assert helpers


def test_a_rewrite_that_does_not_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It stops everything, and the same file is named."""
    for number in range(6):
        (tmp_path / f"f{number}.py").write_text(CALLS)
    apply = edits.apply
    monkeypatch.setattr(edits, "apply", lambda text, made: re.sub("return", "retrun", apply(text, made)))
    found = [run(Options(paths=(str(tmp_path),), check=True, jobs=jobs)) for jobs in (1, 2, 3)]
    assert all(one.broken for one in found)
    assert {problem.path for one in found for problem in one.problems} == {str(tmp_path / "f0.py")}
    assert len({made(one)[1][0] for one in found}) == 1
