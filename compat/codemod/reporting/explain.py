"""What ``--explain`` says: a rule with its example and its refusals, or the refusals that a finding's words are of."""

from collections.abc import Iterator

from compat.codemod.reporting.refusals import refusals
from compat.codemod.rule import Rule


def explained(rule: Rule) -> Iterator[str]:
    """A rule: what it does, why, before and after, what holds it back."""
    targets = ", ".join([*sorted(rule.targets), *(f"{target} (reported only)" for target in sorted(rule.report_only_for))])
    blocks = "" if rule.blocks else "\nblocks: no, what it reports does not keep the project from the target"
    yield f"{rule.id}: {rule.title}\n\nlevel: {rule.level.value}\ntargets: {targets}{blocks}\n\n{rule.explanation}"
    yield _indented("before", rule.before)
    if rule.after:
        yield _indented(f"after, for {rule.shown_target}", rule.after)
    own = [one for one in refusals() if rule.id in one["rules"]]
    if own:
        yield "what may hold it back:\n"
        yield from map(_refusal, own)


def of_words(words: str) -> Iterator[str]:
    """The refusals that some words are of: what a finding says, or a part of it."""
    plain = words.lower()
    yield from (_refusal(one) for one in refusals() if one["says"].lower() in plain or plain in one["says"].lower())


def _refusal(one: dict[str, str]) -> str:
    return f'  "{one["says"]}"\n    {one["why"]}\n    Do: {one["do"]}\n'


def _indented(title: str, code: str) -> str:
    return f"{title}:\n\n" + "".join(f"    {line}" if line.strip() else line for line in code.splitlines(keepends=True))
