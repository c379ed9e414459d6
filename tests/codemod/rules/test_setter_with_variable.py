"""TAC105: A backend that is set from a variable, or is unknown since 0.9."""

from tests.codemod.tables import PROGRAM, project, stays, table

ASKED = "import torchaudio\ntorchaudio.set_audio_backend(args.backend)\nprint(torchaudio.get_audio_backend())\n"
OPTION = """
import argparse, torchaudio
parser = argparse.ArgumentParser()
parser.add_argument("--backend", default="sox_io", choices=["sox_io", "soundfile"])
torchaudio.set_audio_backend(parser.parse_args().backend)
"""

test_setter_with_variable = table(
    project(
        "the old name is named where it is written",
        {PROGRAM: OPTION},
        left={PROGRAM: ["TAC105"]},
        says={PROGRAM: " program.py:3:42 program.py:3:61|"},
    ),
    *(
        project(
            f"it is the reason before any other, for {target}",
            {PROGRAM: ASKED},
            says={PROGRAM: " TAC105 what is set is not a plain text"},
            target=target,
        )
        for target in ("2.2", "2.9")
    ),
    # for other targets the name of 0.x becomes sox_io (TAC138)
    project(
        "the backend of 0.x is called by its name for the drop-in",
        {PROGRAM: "import torchaudio\ntorchaudio.set_audio_backend('sox')\n"},
        left={PROGRAM: ["TAC105"]},
        says={PROGRAM: ["'sox'", '"sox_io"']},
        target="compat",
    ),
    stays("a name that is given", "import torchaudio\ntorchaudio.set_audio_backend(name)\n", "TAC105"),
)
