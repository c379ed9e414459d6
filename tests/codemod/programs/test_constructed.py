"""Small projects, each with one way to set a backend that is easy to miss: they are served as before, or told, like those made at random.

`constructed.txt` has them: `== wholly: NAME` where no setter is left, `== told: NAME` where a finding speaks of it, then the entries
(main.py where none are named), then each file after `-- PATH`.
"""

import re
from pathlib import Path

import pytest

from tests.codemod.programs import test_programs
from tests.codemod.programs.making import Made
from tests.codemod.programs.running import Entry

PROJECTS = re.split(r"^== ", Path(__file__).with_name("constructed.txt").read_text(), flags=re.M)[1:]


def made(project: str) -> Made:
    head, *files = re.split(r"^-- ", project, flags=re.M)
    entries = head.partition("|")[2].split() or ["main.py"]
    return Made({path: text for path, _, text in (file.partition("\n") for file in files)}, [Entry(*one.split(":")) for one in entries])


@pytest.mark.parametrize("project", [pytest.param(one, id=re.split(r"\n| \|", one)[0]) for one in PROJECTS])
def test_each_is_served_as_before_or_told(project: str, tmp_path: Path) -> None:
    verdict = test_programs.judged(made(project), tmp_path)
    assert (verdict.wrong, verdict.missed) == ("", ""), verdict.text
    assert verdict.wholly == project.startswith("wholly"), verdict.text


def test_names_are_unique() -> None:
    heads = [re.split(r"\n| \|", one)[0] for one in PROJECTS]
    assert len(heads) == len(set(heads))
