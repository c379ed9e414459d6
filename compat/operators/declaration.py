"""What a file of ``compat.operators.ops`` needs: a declaration, and checks of its arguments.

Each of these files has ``OPERATORS``, a tuple; no other list names it.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from compat.names.wheel_names import minor
from dispatcher.errors import OperatorError
from dispatcher.lazily import torch

TORCHAUDIO = "torchaudio"
OURS = "torchaudio_compat"

Kernel = Callable[..., Any]


class Operator(NamedTuple):
    """One operator of ``torch.ops``.

    Attributes:
        schema: its name, arguments and results, as torch parses them.
        kernels: the functions that compute it, by torch's dispatch key.
        calls: what in torchaudio calls it; for readers.
        since: the first release that calls it with this schema.
        until: the last such release; empty if there is none yet.
        namespace: ``torchaudio``, or our own for what several operators share.
    """

    schema: str
    kernels: Mapping[str, Kernel]
    calls: str
    since: str = "2.0"
    until: str = ""
    namespace: str = TORCHAUDIO

    @property
    def name(self) -> str:
        """Return the name in its namespace, without arguments."""
        return self.schema.partition("(")[0]

    def serves(self, release: str) -> bool:
        """Return whether a release such as ``"2.8.0"`` calls the operator with this schema."""
        asked = minor(release)
        return minor(self.since) <= asked and (not self.until or asked <= minor(self.until))


@functools.cache
def operators() -> tuple[Operator, ...]:
    """Return all operators of all releases; this imports torch."""
    package = importlib.import_module("compat.operators.ops")
    modules = [
        f"{package.__name__}.{module.name}" for module in pkgutil.iter_modules(package.__path__)
    ]
    return tuple(one for name in modules for one in importlib.import_module(name).OPERATORS)


def require(holds: bool, operator: str, cause: str) -> None:
    """Raise ``OperatorError`` (a RuntimeError) with the cause unless ``holds``."""
    if not holds:
        raise OperatorError(f"{operator}: {cause}.")


def require_contiguous(operator: str, **tensors: torch.Tensor) -> None:
    """Refuse tensors that are not contiguous, as the compiled operators do."""
    for name, tensor in tensors.items():
        require(
            tensor.is_contiguous(), operator, f"{name} is not contiguous; give {name}.contiguous()"
        )


def require_same_device(operator: str, **tensors: torch.Tensor) -> None:
    """Refuse tensors that are not all on one device."""
    devices = {name: str(tensor.device) for name, tensor in tensors.items()}
    told = ", ".join(f"{name} on {device}" for name, device in devices.items())
    require(
        len(set(devices.values())) == 1, operator, f"the tensors are on several devices: {told}"
    )


def below_autograd(operator: Any, *arguments: Any) -> Any:
    """Call the operator's kernel for the device, without its autograd kernel."""
    guard: Any = torch._C._AutoDispatchBelowAutograd()
    if not hasattr(guard, "__enter__"):  # in torch 2.0 it guards from when it is made until it goes
        try:
            return operator(*arguments)
        finally:
            del guard
    with guard:
        return operator(*arguments)
