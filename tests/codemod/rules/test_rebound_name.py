"""TAC134: A name bound to torchaudio and to something else."""

from tests.codemod.tables import changes, project, stays, table

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


FROM = "from torchaudio import load, info\n"
READ = "load(filepath=p)\n"

# What a star import after the import of a name binds, in other files of the project or outside.
test_star_imports = table(
    *(
        project(
            name,
            {"program.py": source, **others},
            says={"program.py": "program.py:" if told else ()},
            left={} if told else {"program.py": ()},
        )
        for name, source, others, told in (
            ("a function of the project", f"{FROM}from mine import *\n{READ}", {"mine.py": "def load(filepath): pass\n"}, True),
            ("a module of another package", f"{FROM}from numpy import *\n{READ}", {}, True),
            (
                "by way of another star",
                f"{FROM}from mine import *\n{READ}",
                {"mine.py": "from more import *\n", "more.py": "load = print\n"},
                True,
            ),
            (
                "used before it, in a function",
                f"{FROM}def f(p):\n    return {READ}from mine import *\n",
                {"mine.py": "load = print\n"},
                True,
            ),
            (
                "torchaudio itself",
                "import torchaudio\nfrom mine import *\ntorchaudio.load(filepath=p)\n",
                {"mine.py": "torchaudio = print\n"},
                True,
            ),
        )
    ),
    *(
        project(name, {"program.py": source, **others}, {"program.py": source.replace("filepath", "uri")})
        for name, source, others in (
            ("before the import", f"from numpy import *\n{FROM}{READ}", {}),
            ("the same name of torchaudio", f"{FROM}from mine import *\n{READ}", {"mine.py": FROM}),
            ("other names", f"{FROM}from mine import *\n{READ}", {"mine.py": "def save(filepath): pass\n"}),
            ("another package, which has no torchaudio", "import torchaudio\nfrom numpy import *\ntorchaudio.load(filepath=p)\n", {}),
            ("a local import", f"from numpy import *\ndef f(p):\n    {FROM}    return {READ}", {}),
        )
    ),
)
