"""Find what a project does with torchaudio: setters, mocks, release tests, passed-on functions."""

from compat.codemod.uses.project import Project
from compat.codemod.uses.setter_calls import SetterCall

__all__ = ["Project", "SetterCall"]
