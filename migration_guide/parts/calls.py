"""The table of old calls and what the codemod makes of each, for the page calls.md."""

from __future__ import annotations

import pathlib
import tomllib
from collections.abc import Iterator

from compat.codemod.rules import rules
from compat.codemod.run import engine
from compat.codemod.source.module import Module
from compat.codemod.uses.project import Project

_TARGETS = ("2.2", "2.9")
_IMPORTS = "import torch\nimport torchaudio\n"


def lines() -> Iterator[str]:
    """Yield the tables, one a group, each row with an anchor for its call."""
    groups = tomllib.loads(pathlib.Path(__file__).with_name("calls.toml").read_text("utf-8"))[
        "group"
    ]
    for group in groups:
        yield from (f"## {group['title']}", "")
        yield f"| old | {' | '.join(f'for {target}' for target in _TARGETS)} |"
        yield f"|---{'|---' * len(_TARGETS)}|"
        for call in group["calls"]:
            code = call["code"].strip()
            cells = [
                f'<a id="{call["anchor"]}"></a>{_code(code)}',
                *(_cell(code, target) for target in _TARGETS),
            ]
            yield f"| {' | '.join(cells)} |"
        yield ""


def _code(text: str) -> str:
    """Return code as it stands in a cell of a table."""
    escaped = text.replace("|", "\\|")
    return "<br>".join(f"`{line}`" for line in escaped.splitlines())


def _cell(code: str, target: str) -> str:
    """Return what becomes of a call, with the rules that say why."""
    active = [rule for rule in rules().values() if rule.applies(target)]
    module = Module("program.py", f"{_IMPORTS}{code}\n")
    (outcome,) = engine.run(Project([module], target=target), active, unsafe=False)
    links = ", ".join(
        f"[{rule}](rules.md#{rule.lower()})"
        for rule in sorted({one.rule for one in (*outcome.fixed, *outcome.left)})
    )
    text = (
        outcome.text.replace("import torch\n", "", 1).replace("import torchaudio\n", "", 1).strip()
    )
    if outcome.changed:
        return f"{_code(text) if text else '(delete the line)'} {links}"
    return f"left for you: {links}" if outcome.left else "the same"
