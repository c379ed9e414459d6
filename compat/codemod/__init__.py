"""Moving a project from the old torchaudio API to a later release: ``python -m compat.codemod PATH...``.

The way of a file: ``discover`` finds it, ``documents`` reads it once and takes the Python out of it, ``module`` says which
names are torchaudio's, ``project`` puts the facts of all files together, ``rules`` make findings, ``engine`` applies those
that carry a change, ``writing`` puts the result in place, ``reporting`` says what happened. Nothing here imports torch.
"""
