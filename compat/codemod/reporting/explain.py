"""Print what ``--explain`` shows: a rule with example and refusals, or refusals by their words."""

from collections.abc import Iterator

from compat.codemod.reporting.refusals import refusals
from compat.codemod.rule import Rule


def explained(rule: Rule) -> Iterator[str]:
    """Yield a rule: what it does, why, before and after, and what may prevent it."""
    targets = ", ".join(
        [
            *sorted(rule.targets),
            *(f"{target} (reported only)" for target in sorted(rule.report_only_for)),
        ]
    )
    blocks = (
        ""
        if rule.blocks
        else "\nblocks: no, what it reports does not keep the project from the target"
    )
    yield (
        f"{rule.id}: {rule.title}\n\nlevel: {rule.level.value}\ntargets: "
        f"{targets}{blocks}\n\n{rule.explanation}"
    )
    yield _indented("before", rule.before)
    if rule.after:
        yield _indented(f"after, for {rule.shown_target}", rule.after)
    own = [one for one in refusals() if rule.id in one["rules"]]
    if own:
        yield "what may hold it back:\n"
        yield from map(_refusal, own)


def of_words(words: str) -> Iterator[str]:
    """Yield the refusals that match some words: a finding's text, or a part of it."""
    plain = words.lower()
    yield from (
        _refusal(one)
        for one in refusals()
        if one["says"].lower() in plain or plain in one["says"].lower()
    )


def _refusal(one: dict[str, str]) -> str:
    return f'  "{one["says"]}"\n    {one["why"]}\n    Do: {one["do"]}\n'


def _indented(title: str, code: str) -> str:
    return f"{title}:\n\n" + "".join(
        f"    {line}" if line.strip() else line for line in code.splitlines(keepends=True)
    )
