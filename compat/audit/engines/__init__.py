"""What spreads the work: processes of this machine, or a Dask cluster.

An engine has ``run(task, items)``, a generator of what comes of them, in the order in which it is ready. Each item comes back exactly once,
whatever dies on the way; closing the generator ends the work.
"""

from compat.audit.engines.engine import Engine, EngineError, Task

__all__ = ["Engine", "EngineError", "Task"]
