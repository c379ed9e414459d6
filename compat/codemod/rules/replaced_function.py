"""Report replacements of torchaudio's functions that a change would reach."""

from collections.abc import Iterator

from compat.codemod.rule import MODERN, Draft, Level, Module, Project, Rule, Stage, Valid
from compat.codemod.uses import replacements


def check(module: Module, project: Project) -> Iterator[Draft]:
    """Report the replacements in this module that made the engine refuse a change."""
    for one, places in replacements.refused(project).items():
        if one.place.path == module.path and one in replacements.everywhere(project):
            name = f"torchaudio.{one.name}".rstrip(".")
            yield Draft(
                module.text.stretch(one.place),
                f"{name} {one.how} here, so calls that would reach it are not changed",
                "Let the replacement accept the new call, exclude this "
                "folder (--exclude tests), and run again.",
                related=tuple(places[:3]),
            )


RULE = Rule(
    id="TAC123",
    title="A replaced load, save or info that would get new arguments",
    level=Level.REPORT,
    targets=MODERN,
    everywhere=True,
    stage=Stage.REFUSALS,
    before="""\
from unittest.mock import patch

import torchaudio


def test_reading():
    with patch("torchaudio.load") as load:
        torchaudio.load(filepath="a.wav")
        load.assert_called_once_with(filepath="a.wav")
""",
    valid=(
        Valid(
            "no change would reach the mock",
            """\
import torchaudio


def test_reading(mocker):
    mocker.patch("torchaudio.load")
    torchaudio.load("a.wav")
""",
        ),
    ),
    explanation="""\
A mock, or a function assigned to torchaudio.load, receives the arguments of every call that reaches
it. So the rule changes no such call. The finding names both places.
""",
    check=check,
    blocks=False,
)
