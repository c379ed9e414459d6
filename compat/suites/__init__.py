"""Run test suites under releases: the pytest plugin ``torchaudio_compat``.

``pytest --torchaudio=2.0`` puts a release in force before the first conftest is imported. With
several releases, each runs in a process of its own, which imports and collects again: what modules
import, or decide when they are imported, is that of their release.
"""
