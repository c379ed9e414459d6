"""What a project does with torchaudio: setters, mocks, release tests, functions handed on, names that come by way of others."""

from compat.codemod.uses.project import Project
from compat.codemod.uses.setter_calls import SetterCall

__all__ = ["Project", "SetterCall"]
