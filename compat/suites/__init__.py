"""Test suites under releases: the pytest plugin ``torchaudio_compat``.

``pytest --torchaudio=2.0`` puts a release in force before the first conftest is imported. Of several releases each has a
process of its own, which imports and collects anew: what a module binds or decides at import is then that release's own.
"""
