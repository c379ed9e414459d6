"""The generated parts of the guide are current."""

import pathlib

from compat import releases
from compat.codemod.rules import rules
from compat.doctor import registry as doctor
from tests.conftest import Python, printed
from tests.guide.pages import GUIDE


def test_nothing_is_out_of_date(python: Python) -> None:
    """``python migration_guide/generate.py --check`` finds nothing."""
    printed(python(str(GUIDE / "generate.py"), "--check"))


def test_every_rule_flag_and_check_has_its_heading() -> None:
    """So that a link to it leads somewhere."""
    for page, names in (
        ("rules.md", rules()),
        ("flags.md", releases.flags()),
        ("checks.md", [check.name for check in doctor.checks()]),
    ):
        text = pathlib.Path(GUIDE, page).read_text()
        assert [name for name in names if f"\n## {name}\n" not in text] == []
