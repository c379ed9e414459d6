"""The operators that torchaudio compiles in C++, for one whose compiled part does not load.

Each file in ``compat.operators.ops`` declares operators under the names by which the releases call
them (``torch.ops.torchaudio.forced_align``); the methods are in ``compat.operators.kernels``.
Importing this package imports neither torch nor an operator.
"""

from compat.operators.registration import register, registered, unregister

__all__ = ["register", "registered", "unregister"]
