"""What becomes of the files of a project: the rules are asked, and what they change is put together, file by file."""

from __future__ import annotations

from compat.codemod import engine, lockstep
from compat.codemod.documents import UnreadableError, relocated
from compat.codemod.engine import Outcome
from compat.codemod.gather import Gathered
from compat.codemod.lockstep import Alone
from compat.codemod.registry import rules
from compat.codemod.results import FileResult, Problem

# Below this many modules a process more costs more than it does.
_ENOUGH = 16


def settle(gathered: Gathered, jobs: int = 1) -> list[Outcome]:
    """The new texts of the files that speak of torchaudio, and what there is to say of them; gives what became of the modules."""
    if gathered.has_own_torchaudio():
        return []
    options, result, read = gathered.options, gathered.result, gathered.read
    active = [
        rule
        for rule in rules().values()
        if rule.applies(options.target) and (not options.select or rule.id in options.select) and rule.id not in options.ignore
    ]

    def work(share: Alone) -> list[Outcome]:
        return engine.run(gathered.modules, active, unsafe=options.unsafe, make_project=gathered.project, share=share)

    try:
        made = lockstep.together(jobs if len(gathered.modules) >= _ENOUGH else 1, work)
    except engine.BrokenError as why:
        result.problems.append(Problem(str(why).partition(":")[0], f"nothing was changed: {why}"))
        result.broken = True
        return []
    outcomes = {outcome.module.path: outcome for outcome in made}
    texts = {path: outcome.text for path, outcome in outcomes.items()}
    for path, document in read.items():
        own = [outcomes[piece.key] for piece in document.pieces]
        try:
            new = document.rebuild(texts) if any(outcome.changed for outcome in own) else document.data
        except UnreadableError as why:
            result.problems.append(Problem(path, str(why)))
            continue
        before = document.text if len(own) != 1 else own[0].module.text.text
        after = before if new == document.data else own[0].text if len(own) == 1 else new.decode("utf-8", "replace")
        file = FileResult(path, document.data, new, before, after)
        for outcome in own:
            file.fixed += [relocated(finding, document, read, None) for finding in outcome.fixed]
            file.left += [relocated(finding, document, read, None) for finding in outcome.left]
            file.left_after += [relocated(finding, document, read, texts) for finding in outcome.left_after]
        for findings in (file.fixed, file.left, file.left_after):
            findings.sort(key=lambda finding: (finding.place.cell or 0, finding.place.line, finding.place.column, finding.rule))
        result.files.append(file)
    return made
