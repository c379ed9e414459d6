"""Test suites under releases: the pytest plugin ``torchaudio_compat``.

``pytest --torchaudio=2.0`` puts a release in force before the first conftest is imported. With
several releases, each runs in a process of its own that imports and collects again, so modules bind
and decide at import under their release.
"""
