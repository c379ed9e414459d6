"""TAC105: A backend that is set from a variable, or is unknown since 0.9."""

import ast

import pytest

from tests.codemod.tables import dedent, rewrite


def test_a_variable_names_where_the_old_name_is_written() -> None:
    main = dedent("""
        import argparse, torchaudio
        parser = argparse.ArgumentParser()
        parser.add_argument("--backend", default="sox_io", choices=["sox_io", "soundfile"])
        torchaudio.set_audio_backend(parser.parse_args().backend)
    """)
    [finding] = rewrite({"main.py": main})["main.py"].left
    assert finding.rule == "TAC105"
    assert {place.line for place in finding.related} == {3}
    assert len(finding.related) == 2


@pytest.mark.parametrize("target", ["2.2", "2.9"])
def test_a_variable_is_the_reason_before_any_other(target: str) -> None:
    source = "import torchaudio\ntorchaudio.set_audio_backend(args.backend)\nprint(torchaudio.get_audio_backend())\n"
    outcome = rewrite({"program.py": source}, target)["program.py"]
    ast.parse(outcome.text)
    assert next(one.reason for one in outcome.left if one.rule == "TAC105").startswith("what is set is not a literal")


def test_the_backend_of_0_x_is_called_by_its_name_for_the_drop_in() -> None:
    """For other targets it becomes sox_io (TAC138)."""
    (finding,) = rewrite({"a.py": "import torchaudio\ntorchaudio.set_audio_backend('sox')\n"}, "compat")["a.py"].left
    assert finding.rule == "TAC105"
    assert all(word in f"{finding.reason} {finding.advice}" for word in ("'sox'", '"sox_io"'))
    assert "not a literal" not in finding.reason
