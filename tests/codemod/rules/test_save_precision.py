"""TAC116: Rename precision= to bits_per_sample=."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.codemod.tables import Case, changes, check, dedent, rewrite, stays, table


def stay(name: str, says: str, source: str, target: str = "2.2", **others: str) -> object:
    """A program that stays as it is, and words that are said of it; beside it other files."""
    return pytest.param(dedent(source), says, target, {f"{other}.py": dedent(text) for other, text in others.items()}, id=name)


@table(
    changes(
        "precision",
        """
        import torchaudio
        torchaudio.save("a.wav", x, 16000, precision=16)
    """,
        """
        import torchaudio
        torchaudio.save("a.wav", x, 16000, bits_per_sample=16)
    """,
    ),
    stays(
        "precision for 2.9",
        """
        import torchaudio
        torchaudio.save("a.wav", x, 16000, precision=16)
    """,
        "TAC116",
        target="2.9",
    ),
    stays(
        "precision in a variable",
        """
        import torchaudio
        torchaudio.save("a.wav", x, 16000, precision=n)
    """,
        "TAC116",
    ),
    stays(
        "precision by position",
        """
        import torchaudio
        torchaudio.save("a.wav", x, 16000, 16)
    """,
        "TAC116",
    ),
    stays(
        "a string is a format",
        """
        import torchaudio
        torchaudio.save("a", x, 16000, True, "wav", "PCM_S", 16)
        torchaudio.save("a", x, 16000, True, None, "PCM_S", 16)
    """,
    ),
    stays(
        "four",
        """
        import torchaudio
        torchaudio.save("a", x, 16000, False)
    """,
    ),
    stays(
        "a lone None",
        """
        import torchaudio
        torchaudio.save("a", x, 16000, True, None)
    """,
    ),
)
def test_save(case: Case) -> None:
    check(case)


@pytest.mark.parametrize(
    ("source", "says", "target", "others"),
    [
        stay(
            "the precision as a key of a dict",
            "here it is a key of a dict",
            'import torchaudio\ntorchaudio.save(p, x, 8000, **{"precision": 16})\n',
        ),
    ],
)
def test_it_stays_and_it_is_said_why(source: str, says: str, target: str, others: Mapping[str, str]) -> None:
    entries: dict[str, Any] = {"entries": ["program.py"]} if target == "compat" else {}
    outcome = rewrite({"program.py": source, **others}, target, **entries)["program.py"]
    assert outcome.text == source
    assert outcome.left
    assert says in " | ".join(f"{finding.reason} {finding.advice}" for finding in outcome.left)


@table(
    changes(
        "the precision of a function that is forwarded",
        "import functools, torchaudio\nsave = functools.partial(torchaudio.save, precision=16)\n",
        "import functools, torchaudio\nsave = functools.partial(torchaudio.save, bits_per_sample=16)\n",
    ),
)  # fmt: skip
def test_what_becomes_of_it(case: Case) -> None:
    check(case)
