"""TAC134: A name bound to torchaudio and to something else."""

from tests.codemod.tables import stays, table

EITHER = "import torchaudio\nif x:\n    import fake as torchaudio\n"


test_two_meanings = table(
    stays("the setter", EITHER + 'torchaudio.set_audio_backend("soundfile")\n', "TAC134"),
    stays("an old argument", EITHER + "torchaudio.load(filepath=p)\n", "TAC134"),
    stays("a call that is right in any release", EITHER + "torchaudio.load(p)\n"),
    stays("a call under a setter elsewhere", EITHER + 'torchaudio.load(p)\nimport torchaudio as ta\nta.set_audio_backend("sox_io")\n', "TAC101", "TAC134"),
    stays("none for not installed", "try:\n    import torchaudio\nexcept ImportError:\n    torchaudio = None\nx = torchaudio.load(p)\n"),
)  # fmt: skip
