"""Distribute the work to processes of this machine or to a Dask cluster.

An engine has ``run(task, items)``, which yields the outcomes as they are ready. Each item comes
back exactly once, even if workers die. Closing the generator ends the work.
"""

from compat.audit.engines.engine import Engine, EngineError, Task

__all__ = ["Engine", "EngineError", "Task"]
