"""Whether the variable may turn the dispatcher of 2.1 off, where the old names of arguments are then the right ones."""

import ast

from compat.codemod.source import old_names
from compat.codemod.source.module import Module
from compat.codemod.uses.project import Project


def may_be_off(project: Project) -> bool:
    """Whether the project may run 2.1 with the dispatcher off, where the old names of arguments are the right ones."""
    return project.target == "2.1" and any(
        node.value == old_names.VARIABLE and _sets_other_than_one(module, node) for module in project.modules for node in module.strings
    )


def _sets_other_than_one(module: Module, node: ast.Constant) -> bool:
    statement = module.statement_of(node)
    return not any(isinstance(one, ast.Constant) and one.value == "1" for one in ast.walk(statement))
