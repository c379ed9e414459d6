"""Refuse what an operator cannot compute."""

from __future__ import annotations

from torch import Tensor

from dispatcher.errors import OperatorError


def require(holds: bool, operator: str, cause: str) -> None:
    """Raise ``OperatorError`` (a RuntimeError) with the cause unless ``holds``."""
    if not holds:
        raise OperatorError(f"{operator}: {cause}.")


def require_contiguous(operator: str, **tensors: Tensor) -> None:
    """Refuse tensors that are not contiguous, as the compiled operators do."""
    for name, tensor in tensors.items():
        require(
            tensor.is_contiguous(), operator, f"{name} is not contiguous; give {name}.contiguous()"
        )


def require_same_device(operator: str, **tensors: Tensor) -> None:
    """Refuse tensors that are not all on one device."""
    devices = {name: str(tensor.device) for name, tensor in tensors.items()}
    told = ", ".join(f"{name} on {device}" for name, device in devices.items())
    require(
        len(set(devices.values())) == 1, operator, f"the tensors are on several devices: {told}"
    )
