"""``python migration_guide/generate.py``: write the generated parts of the guide.

``--check`` writes nothing, and lists the pages that are out of date. A part stands in a page
between ``<!-- generated: NAME -->`` and ``<!-- end of NAME -->``. It is made from the registries
that the programs use, so a new rule, flag or check is declared only once.
"""

from __future__ import annotations

import dataclasses
import difflib
import inspect
import pathlib
import re
import sys
import textwrap
from collections.abc import Callable, Iterator

from parts import calls, commands, signatures

import compat
from compat import releases
from compat.audit import classes
from compat.codemod.rule import TARGETS, Rule
from compat.codemod.rules import rules as all_rules
from compat.doctor import registry as doctor
from compat.names import removed
from compat.releases.fields import Flag

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
_DOCSTRING = 97  # columns, with room for the quotes
_TYPED_FLAGS = '''"""The flags of ``compat.install`` for type checkers and editors.

``migration_guide/generate.py`` writes this stub; change the flags where they are declared.
"""

from collections.abc import Iterable
from typing import Literal, TypedDict

class Flags(TypedDict, total=False):
    """Flags of a release by name; see ``compat.Release``."""

'''
_PUBLIC = (
    "install",
    "pinned",
    "standin",
    "release",
    "uninstall",
    "load",
    "save",
    "info",
    "list_audio_backends",
    "CompatWarning",
)
_WIDTH = 90
_TITLES = {"Args:": "Arguments", "Returns:": "Returns", "Raises:": "Raises"}
_PART = re.compile(
    r"(<!-- generated: (?P<name>[\w-]+) -->\n).*?(<!-- end of (?P=name) -->)", re.DOTALL
)
_LEVELS = {
    "safe": "applied automatically",
    "unsafe": "applied with `--unsafe`",
    "report": "reported only",
}


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(value) or "none" if isinstance(value, tuple) else str(value)


def _flags() -> Iterator[str]:
    """Yield the table of all flags, and what each does."""
    presets = releases.presets()
    flags = releases.flags()
    yield f"| flag | {' | '.join(presets)} |"
    yield f"|---{'|---' * len(presets)}|"
    for name in flags:
        values = " | ".join(_shown(getattr(release, name)) for release in presets.values())
        yield f"| [`{name}`](#{name}) | {values} |"
    for flag in flags.values():
        listed = () if flag.values == (False, True) else flag.values or ()
        allowed = f" One of {', '.join(f'`{value!r}`' for value in listed)}." if listed else ""
        yield from ("", f"## {flag.name}", "", f"{flag.doc}{allowed}")


def _targets() -> Iterator[str]:
    """Yield the table of the codemod's targets."""
    yield "| target | what the project is afterwards |"
    yield "|---|---|"
    yield from (f"| `{name}` | {what} |" for name, what in TARGETS.items())


def _rules() -> Iterator[str]:
    """Yield the table of all rules, and each rule with its example."""
    rules = all_rules().values()
    yield "| rule | what it does | automatic | for |"
    yield "|---|---|---|---|"
    yield from (
        f"| [{r.id}](#{r.id.lower()}) | {r.title} | {_by_itself(r)} | {_for(r)} |" for r in rules
    )
    for rule in rules:
        yield from (
            "",
            f"## {rule.id}",
            "",
            f"**{rule.title}.** Level {rule.level.value}, {_LEVELS[rule.level.value]}; "
            f"for {_for(rule)}.",
            "",
        )
        yield rule.explanation.strip()
        yield ""
        yield from _example(rule)


def _by_itself(rule: Rule) -> str:
    return {"safe": "yes", "unsafe": "with `--unsafe`"}.get(rule.level.value, "no, reported")


def _for(rule: Rule) -> str:
    return ", ".join(
        name if name in rule.targets else f"{name} (reported only)"
        for name in TARGETS
        if rule.applies(name)
    )


def _example(rule: Rule) -> Iterator[str]:
    if not rule.after:
        yield from ("Reported, and left as it is:", "", "```py", rule.before.strip("\n"), "```")
        return
    before, after = rule.before.splitlines(), rule.after.splitlines()
    diff = list(difflib.unified_diff(before, after, n=max(len(before), len(after)), lineterm=""))[
        3:
    ]
    yield from (f"For {rule.shown_target}:", "", "```diff", *diff, "```")


def _checks() -> Iterator[str]:
    """Yield the table of all checks, and what each looks at."""
    checks = doctor.checks()
    yield "| check | why it matters |"
    yield "|---|---|"
    yield from (f"| [`{check.name}`](#{check.name}) | {check.why} |" for check in checks)
    for check in checks:
        text, _, _ = check.explanation.rpartition("\n\nWhy it matters: ")
        yield from ("", f"## {check.name}", "", text.replace("``", "`"))


def _api() -> Iterator[str]:
    """Yield the public names with their signatures and docstrings."""
    for name in _PUBLIC:
        value = getattr(compat, name)
        signature = "" if inspect.isclass(value) else str(inspect.signature(value)).replace("'", "")
        yield from (f"## compat.{name}", "", "```text", *_wrapped(f"{name}{signature}"), "```", "")
        yield from _prose(inspect.getdoc(value) or "")
        yield ""


def _wrapped(signature: str) -> list[str]:
    """Return the lines of a signature; a long one has a line for each parameter."""
    if len(signature) <= _WIDTH:
        return [signature]
    head, _, rest = signature.partition("(")
    parameters, _, result = rest.rpartition(")")
    return [
        f"{head}(",
        *(f"    {parameter}," for parameter in re.split(r", (?![^\[]*\])", parameters)),
        f"){result}",
    ]


def _prose(docstring: str) -> Iterator[str]:
    """Yield a docstring as Markdown: sections such as ``Args:`` become lists, an example code."""
    docstring, _, example = docstring.replace("``", "`").partition("\nExample:\n")
    listing = False
    for line in docstring.splitlines():
        title = _TITLES.get(line)
        if title:
            listing = title != _TITLES["Returns:"]
            yield from (f"**{title}**", "")
        elif listing and re.match(r" {4}\S", line):
            name, _, what = line.strip().partition(": ")
            yield f"- `{name}`: {what}"
        else:
            yield f"  {line.strip()}" if listing and line else line.strip()
    if example:
        yield from ("", "**Example**", "", "```text", *textwrap.dedent(example).splitlines(), "```")


def _typed_flags() -> str:
    """Return the stub that types the flags of ``compat.install``, each with its text."""
    kinds = {
        field.name: str(field.type).replace("'", '"')
        for field in dataclasses.fields(compat.Release)
    }
    fields = []
    for flag in releases.flags().values():
        text = textwrap.fill(
            flag.doc, _DOCSTRING, initial_indent='    """', subsequent_indent="    "
        )
        end = '"""' if len(text.splitlines()) == 1 and len(text) <= _DOCSTRING else '\n    """'
        fields.append(f"    {flag.name}: {_accepted(flag, kinds[flag.name])}\n{text}{end}\n")
    return _TYPED_FLAGS + "\n".join(fields)


def _accepted(flag: Flag, kind: str) -> str:
    """Return the type that ``compat.install`` accepts for a flag; it is wider than the field's."""
    if isinstance(flag.default, tuple):
        return "Iterable[str]"
    return f"{kind} | bool" if flag.name in releases.SPELLED else kind


def _classes() -> Iterator[str]:
    """Yield the table of the audit's classes of results."""
    yield "| class | counts as | meaning |"
    yield "|---|---|---|"
    yield from (
        f"| {one.title} (`{one.name}`) | {one.group} | {one.meaning} |"
        for one in classes.CLASSES.values()
    )


def _removed() -> Iterator[str]:
    """What became of each name that torchaudio deprecated or removed."""
    yield "| name | deprecated in | removed in | instead |"
    yield "|---|---|---|---|"
    gone = {name: fate for name, fate in removed.FATES.items() if removed.deprecated(name)}
    for name, fate in gone.items():
        went = removed.removed_in(name) or "-"
        yield f"| `{name}` | {fate.deprecated_in} | {went} | {_in_markdown(fate.advice)} |"
    for name, lost in removed.BEFORE_2_0.items():
        if removed.BEFORE_2_0.get(name.rpartition(".")[2]) is lost and "." in name:
            continue  # the same name in another module
        yield f"| `{name}` | - | {lost.removed_in} | {_in_markdown(lost.advice)} |"


def _in_markdown(text: str) -> str:
    """Return a plain text with what Markdown would take for its own escaped."""
    return re.sub(r"([*_<\[\]|])", r"\\\1", text)


def _cells() -> Iterator[str]:
    """Yield the table of the last results of `make matrix`."""
    from tests.matrix.__main__ import kept, text

    yield text(list(kept().values()))


# stubs that are generated as a whole
MODULES = {ROOT / "compat" / "releases" / "flag_types.pyi": _typed_flags}
PARTS: dict[str, Callable[[], Iterator[str]]] = {
    "api": _api,
    "calls": calls.lines,
    "cells": _cells,
    "checks": _checks,
    "classes": _classes,
    "commands": commands.lines,
    "flags": _flags,
    "removed": _removed,
    "rules": _rules,
    "signatures": signatures.lines,
    "targets": _targets,
}


def brought_up_to_date(text: str) -> str:
    """Return a page's text with its generated parts written again.

    Raises:
        KeyError: nothing here makes a part of that name.
    """
    return _PART.sub(
        lambda part: f"{part[1]}\n{chr(10).join(PARTS[part['name']]())}\n\n{part[3]}", text
    )


def main(arguments: list[str]) -> int:
    """Write the pages that are out of date; with ``--check`` only list them and return 1."""
    stale, checks = [], "--check" in arguments
    made = {
        page: brought_up_to_date(page.read_text("utf-8")) for page in sorted(HERE.rglob("*.md"))
    }
    for page, new in {**made, **{module: make() for module, make in MODULES.items()}}.items():
        if not page.exists() or new != page.read_text("utf-8"):
            stale.append(page)
            if not checks:
                page.write_text(new, "utf-8")
    for page in stale:
        state = "out of date; run python migration_guide/generate.py" if checks else "written"
        print(f"{page.relative_to(ROOT)}: {state}")
    return 1 if stale and checks else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
