"""Make torchaudio's own Python part warn as the pinned release did.

A real torchaudio warns about what its own release deprecates. Under another pin those warnings are
silenced, and the functions that the pinned release deprecates warn instead, by the table in
``compat.contents.deprecations``.
"""

import sys
import types
from typing import Any

from compat.contents import deprecations
from compat.contents.context import Context
from compat.dropin.layer import Layer
from compat.names import removed

_DECORATORS = "_internal.module_utils"


# stands for the module ``warnings`` where torchaudio makes its deprecation decorators
_SILENT = types.SimpleNamespace(warn=lambda *args, **kwargs: None)


def lay(layer: Layer, host: types.ModuleType, context: Context) -> None:
    """Make the modules of another release's torchaudio warn as the pinned release did.

    Args:
        layer: records the changes, to undo them later.
        host: the real torchaudio.
        context: the pinned release.
    """
    decorators = sys.modules.get(f"{host.__name__}.{_DECORATORS}")
    if decorators is not None:
        layer.set(vars(decorators), "warnings", _SILENT)
    if not context.release.names_warn:
        return
    for name in removed.OF_THE_PYTHON_PART:
        where, _, short = name.rpartition(".")
        module = sys.modules.get(f"{host.__name__}.{where}")
        value = getattr(module, short, None)
        if value is not None:
            warns = deprecations.warning_class if isinstance(value, type) else deprecations.warning
            found: Any = warns(value, name)
            if not isinstance(value, type):
                # TorchScript compiles what it finds under these names, in place of the wrapper
                vars(found).update(__script_if_tracing_wrapper=True, __original_fn=value)
            layer.set(vars(module), short, found)
