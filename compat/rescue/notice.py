"""The warning for a torchaudio whose compiled part does not load."""

from dispatcher.notices import CompatWarning


class RescueWarning(CompatWarning):
    """The compiled part of the installed torchaudio does not load; its Python part runs alone."""


def explained(why: Exception) -> str:
    """Return the error of an import of torchaudio, what the doctor knows of it, and the remedy."""
    from compat.diagnosis import explain

    words = " ".join(str(why).split())
    return " ".join(filter(None, (f"{type(why).__name__}: {words}.", explain.import_failure(why))))


def text(why: Exception) -> str:
    """Return the warning for an error of importing the compiled part."""
    from compat.diagnosis import dists, explain
    from compat.operators.ops import refused

    known = explain.message(explain.chain(why))
    cause = f"{known.cause[:1].upper()}{known.cause[1:]}. " if known else ""
    mend = known.mend.sentence() if known else "Run `python -m compat.doctor`."
    names = {
        name: copy.full_version for name in ("torchaudio", "torch") if (copy := dists.first(name))
    }
    torchaudio, torch = (
        f"{name} {names[name]}" if name in names else name for name in ("torchaudio", "torch")
    )
    lines = (
        f"the compiled part of {torchaudio} does not load with {torch}, so torchaudio runs "
        "without it.",
        f"Why: {cause}({type(why).__name__}: {' '.join(str(why).split())})",
        "Works: transforms, functional, models, pipelines, datasets, compliance (from torchaudio); "
        "load, save, info, sox_effects, forced_align, rnnt_loss, lfilter, overdrive (from "
        "torchaudio-compat).",
        f"Does not work: {', '.join(refused.BY_NAME)}.",
        f"To get the compiled part: {mend}",
        'To silence this: warnings.filterwarnings("ignore", category=compat.RescueWarning)',
    )
    return "\n  ".join(lines)
