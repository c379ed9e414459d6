"""Report once that the release chooses the backend, in a project that sets none."""

import ast
from collections.abc import Iterator

from compat.codemod.rule import (
    MODERN,
    Draft,
    Kind,
    Level,
    Module,
    Project,
    Rule,
    Valid,
    noted,
    old_names,
)

_OF_OLD = "no backend is named here: 2.0 takes libsox (on Windows libsndfile)"
_CHOICE = {
    "2.1": f"{_OF_OLD}, 2.1 takes FFmpeg first",
    "2.2": f"{_OF_OLD}, 2.2 takes FFmpeg first",
    "2.9": "2.9 takes TorchCodec, whatever backend was set or named",
}
_INFO = "compat.info asks FFmpeg first, whatever backend was set"
_SAVED = ', and saves float32 as 16-bit wav, also with encoding="PCM_S", where libsox wrote 32 bits'
_AUDIT = (
    "`python -m compat.audit` tells which of your files decode differently. To keep what {} did, "
    "run under `compat.run --version 2.0`, or "
)
_ADVICE = (
    f'{_AUDIT.format("2.0")}write backend="sox" into the calls, which torchaudio 2.1 to 2.8 take.'
)
# a setter may have been there: the codemod deletes it first
_ADVICE_ON_2_9 = (
    f"{_AUDIT.format('the old backend')}call compat.load, compat.save and compat.info, which take "
    'backend= ("sox", "soundfile" or "ffmpeg").'
)


def check(module: Module, project: Project) -> Iterator[Draft]:
    """Report the first call of the project; all others wait for the same decision."""
    calls = _calls(project) if project.leaves_choice else {}
    if calls and module.path == min(calls):
        names = {name for found in calls.values() for name, _ in found}
        choice = _INFO if names == {"compat.info"} else _CHOICE[project.target]
        advice = _ADVICE_ON_2_9 if project.target == "2.9" else _ADVICE
        reason = f"{choice}{_SAVED if 'save' in names else ''}"
        yield Draft(module.span(calls[module.path][0][1]), reason, advice)


@noted
def _calls(project: Project) -> dict[str, list[tuple[str, ast.AST]]]:
    """Return the calls of each module that name no backend; none while anything may set one.

    A function that is passed on or stored counts as a call.
    """
    modules = project.modules
    if any(
        [*one.names.named(ast.Attribute, "set_audio_backend"), *one.of(Kind.SETTER)]
        for one in modules
    ):
        return {}
    return {one.path: found for one in modules if (found := list(_unnamed(one, project)))}


def _unnamed(module: Module, project: Project) -> Iterator[tuple[str, ast.AST]]:
    """Yield the calls that name no backend, not even through ``**arguments``.

    Those that do not run under the target are left out. In 2.9 those arguments change nothing.
    """
    uses = [one for one in module.of(Kind.FUNCTION) if one.name in old_names.FUNCTIONS]
    # TAC129 has made these of torchaudio.info
    made = [one for one in module.calls if module.names.qualified(one.func) == "compat.info"]
    for name, node in (
        *((one.name, one.call or one.node) for one in uses),
        *(("compat.info", one) for one in made),
    ):
        call = node if isinstance(node, ast.Call) else module.names.parents[node]
        names = [one.arg for one in getattr(call, "keywords", ())]
        is_open = "backend" not in names and (project.target == "2.9" or None not in names)
        if is_open and not project.runs_not(module, module.span(node)):
            yield name, node


RULE = Rule(
    id="TAC139",
    title="The release chooses the backend",
    level=Level.REPORT,
    targets=MODERN,
    example_target="2.2",
    blocks=False,
    before="""\
import torchaudio

waveform, rate = torchaudio.load("a.mp3")
""",
    valid=(
        Valid(
            "the call names its backend",
            """\
import torchaudio

waveform, rate = torchaudio.load("a.mp3", backend="sox")
""",
        ),
    ),
    explanation="""\
If a call names no backend and none is set, the release chooses one. Releases choose differently, so
an mp3 may have another number of frames, and a saved file another sample format. This is reported
once, at the first such call. It is not reported if the project pins only releases from 2.1 on.
""",
    check=check,
)
