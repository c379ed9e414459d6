"""Small programs of several files, made at random, run before and after the codemod on a torchaudio that notes who serves each call."""
