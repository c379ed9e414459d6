"""TAC134: A name bound to torchaudio and to something else."""

from tests.codemod.tables import changes, stays, table

SET = 'import torchaudio\ntorchaudio.set_audio_backend("sox_io")\n'
LOAD_OR = "try:\n    from torchaudio import load\nexcept ImportError:\n    from fakes import load\n"
EITHER = "import torchaudio\nif x:\n    import fake as torchaudio\n"


test_two_meanings = table(
    stays("the setter", EITHER + 'torchaudio.set_audio_backend("soundfile")\n', "TAC134"),
    stays("an old argument", EITHER + "torchaudio.load(filepath=p)\n", "TAC134"),
    stays("a call that is right in any release", EITHER + "torchaudio.load(p)\n"),
    stays("a call under a setter elsewhere", EITHER + 'import torchaudio as ta\nta.set_audio_backend("sox_io")\ntorchaudio.load(p)\n', "TAC101", "TAC134"),
    stays(
        "a function or another one",
        SET + "if x:\n    from torchaudio import load\nelse:\n    from torchaudio import info as load\nload(p)\n",
        "TAC101", "TAC134",
    ),
    stays("a function or that of another package", SET + LOAD_OR + "load(p)\n", "TAC101", "TAC134"),
    changes(
        "it holds no other call", SET + LOAD_OR + "load(p)\ntorchaudio.info(p)\n",
        SET + LOAD_OR + 'load(p)\ntorchaudio.info(p, backend="sox")\n', "TAC101", "TAC134",
    ),
    stays("none for not installed", "try:\n    import torchaudio\nexcept ImportError:\n    torchaudio = None\nx = torchaudio.load(p)\n"),
)  # fmt: skip
