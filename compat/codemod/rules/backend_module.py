"""Replace functions of ``torchaudio.backend.sox_io_backend`` and ``soundfile_backend``."""

import ast
from collections.abc import Iterator

from compat.codemod.rule import (
    MODERN,
    AddArgument,
    Change,
    Draft,
    Kind,
    Level,
    Module,
    NameArgument,
    NotProvableError,
    Project,
    Replace,
    Rule,
    Use,
    Valid,
    drafted,
    forwarding,
    keyword,
    old_names,
    starred,
    torchaudio_name,
)
from compat.codemod.uses import backend_limits
from compat.names import wheel_names

_BELOW = f"{old_names.ROOT}.backend."
_GONE = "torchaudio.backend is deprecated from 2.1 on and gone in 2.9"


def check(module: Module, project: Project) -> Iterator[Draft]:
    """Rewrite calls to torchaudio's own functions; report other uses and names that never were."""
    for use in module.of(Kind.BACKEND_FUNCTION):
        by_hand = f'Use torchaudio.{use.name}, with backend="{use.backend}" up to 2.8.'
        changes = _changes(module, project, use)
        yield drafted(module.span(use.node), _GONE, changes, (use,), by_hand)
    for use in module.uses:
        below = use.kind is None and f"{use.path}.".startswith(_BELOW)
        if below and not use.stored and old_names.has(use.path, project.target) is not True:
            yield from _unknown(module, project, use)


def _unknown(module: Module, project: Project, use: Use) -> Iterator[Draft]:
    """Report a name below torchaudio.backend that the target lacks, or that never existed."""
    advice = "Find out what is needed, and use torchaudio.load, .save or .info."
    parts = use.path.split(".")
    if use.path.startswith(f"{_BELOW}sox_backend."):
        yield Draft(
            module.span(use.node),
            "sox_backend, whose arguments had another order and whose "
            "info returned a tuple, was removed in 0.9",
            advice,
        )
    elif old_names.earlier(use.path):
        return  # TAC136 reports it
    elif old_names.has(use.path, project.target) is False:
        yield Draft(
            module.span(use.node), f"{use.path} is not in torchaudio {project.target}", advice
        )
    elif (
        len(parts) > 3
        and parts[2] in ("sox_io_backend", "soundfile_backend")
        and not wheel_names.releases_of(".".join(parts[1:4]))
    ):
        yield Draft(module.span(use.node), f"{use.path} never existed", advice)


def _changes(module: Module, project: Project, use: Use) -> Iterator[Change]:
    """Yield the changes that make a function one of torchaudio itself.

    It is called here, or passed on or kept for others to call.

    Raises:
        NotProvableError: there are none; it gives the reason.
    """
    if use.call is None and use.name == "save":
        raise NotProvableError(
            "here it is stored as a value, and the order of its arguments differs"
        )
    name, changes = torchaudio_name(module, use)
    yield from changes
    new, backend = f"{name}.{use.name}", None
    if use.call is not None:
        yield Replace(*module.span(use.node), new)
        yield from _named(use.call, use.name)
    # TAC129 makes info compat.info, which takes the backend by name as 2.2 did
    if project.target != "2.9" or use.name == "info":
        if project.dispatcher_may_be_off:
            raise NotProvableError("the dispatcher may be off here")
        yield from backend_limits.changes_for(project, module, use, use.backend)
        backend = f'"{use.backend}"'
    if use.call is None:
        yield from forwarding.with_backend(module, use, new, backend)
    elif backend is not None:
        yield AddArgument(use.call, "backend", backend)


def _named(call: ast.Call, function: str) -> Iterator[Change]:
    """Yield the changes that give arguments the names that they have in torchaudio itself."""
    parameters = old_names.LEGACY_PARAMETERS[function]
    unclear = any(isinstance(one, ast.Starred) for one in call.args)
    if function == "save" and len(call.args) > 4:
        unclear = starred(call) or len(call.args) > len(parameters)
        named = [*zip(call.args, parameters, strict=False)][4:]
        yield from (NameArgument(call, argument, parameter) for argument, parameter in named)
    if unclear:
        raise NotProvableError("it is not clear which argument is which")
    path = keyword(call, "filepath")
    if path is not None:
        yield NameArgument(call, path, "uri")


RULE = Rule(
    id="TAC111",
    title="Call torchaudio itself instead of torchaudio.backend.*",
    level=Level.SAFE,
    targets=MODERN,
    before="""\
from torchaudio.backend import sox_io_backend


def read(path):
    return sox_io_backend.load(path, num_frames=100)
""",
    after="""\
import torchaudio


def read(path):
    return torchaudio.load(path, num_frames=100, backend="sox")
""",
    valid=(
        Valid(
            "the order of save's arguments changed, and here another place passes them",
            """\
from torchaudio.backend import sox_io_backend

write = sox_io_backend.save
""",
            reported=True,
        ),
        Valid(
            "it is the function of torchaudio itself",
            """\
import torchaudio

waveform, rate = torchaudio.load("a.wav", backend="sox")
""",
        ),
    ),
    explanation="""\
A call of a backend module's function becomes a call of torchaudio's own function with backend=. For
"sox_io_backend" the name is "sox". Positional arguments of save after the fourth become keywords,
because their order changed. A load or info that is passed on or stored becomes a functools.partial.

For 2.9 only info keeps its backend, as compat.info. TAC131 deletes an import that is no longer
needed; `torchaudio` stays bound.
""",
    check=check,
)
