"""Tables of broken worlds, and what the doctor is to find in each."""

import collections
import pathlib
from collections.abc import Callable

import pytest

from tests.codemod.commands import put
from tests.doctor.worlds import World, plant

# A world, and what one check finds in it. In all texts {site}, {folder} and {other} are its site-packages, its working folder and another folder.
# only: the checks that run; the first is the one that is asked about.
# without: packages that it lacks.
# plants: packages by name and version, as files, or as the text of their ``__init__.py``; ``name@other`` is planted in the other folder.
# files: files in its working folder.
# breaks: what else is done to it.
# real: whether it has a real torchaudio.
# env: variables.
# says: words of the finding's text, evidence and advice.
# commands: words of its commands.
# never: words that are in none of its commands.
# root: the check of the verdict's root cause, which is then the only one.
Case = collections.namedtuple(
    "Case",
    "name only status cause subject without plants files breaks real env options says commands never root",
    defaults=("", "", (), {}, {}, lambda world: None, False, {}, (), (), (), "", ""),
)


def furnish(case: Case, world: World, other: pathlib.Path) -> None:
    """Put into a world what makes it this one."""
    for package, files in case.plants.items():
        plant(other if "@other" in package else world.site, package.replace("@other", ""), files)
    put(case.files, world.folder)
    case.breaks(world)


def worlds(*cases: Case) -> Callable[..., None]:
    """A test of cases."""

    @pytest.mark.parametrize("case", cases, ids=[case.name for case in cases])
    def test(case: Case, request: pytest.FixtureRequest, tmp_path: pathlib.Path) -> None:
        other = tmp_path / "other"
        world = request.getfixturevalue("with_torchaudio" if case.real else "build")(without=case.without)
        furnish(case, world, other)

        def placed(text: str) -> str:
            return text.format(site=world.site, folder=world.folder, other=other)

        report = world.examine("--only", case.only, *case.options, env={name: placed(value) for name, value in case.env.items()})
        check = case.only.split(",")[0]
        if case.status == "ok":
            assert report.status(check) == "ok", report.checks[check]
            return
        (found,) = [one for one in report.findings(check) if one["cause"] == case.cause or not case.cause]
        assert found["status"] == case.status, found
        assert found["subject"] == case.subject or not case.subject, found
        told = "\n".join([found["text"], *found["evidence"], found["mend"]["text"]])
        assert [words for words in map(placed, case.says) if words not in told] == [], found
        commands = "\n".join(found["mend"]["commands"])
        assert [words for words in map(placed, case.commands) if words not in commands] == [], found
        assert not case.never or case.never not in commands, found
        if case.root:
            assert (report.verdict["root"]["check"], report.verdict["also"]) == (case.root, [])
        worst = max((one["status"] for one in report.checks.values()), key=["skipped", "ok", "note", "warning", "error"].index)
        assert report.code == {"note": 0, "warning": 1, "error": 2}[worst]

    return test
