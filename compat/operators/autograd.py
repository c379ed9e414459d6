"""Call an operator from its own autograd kernel."""

from __future__ import annotations

from typing import Any

import torch


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
