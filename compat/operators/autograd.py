"""Call an operator from its own autograd kernel."""

from __future__ import annotations

from typing import Any

import torch


def below_autograd(operator: Any, *arguments: Any) -> Any:
    """Call the operator's kernel for the device, without its autograd kernel."""
    with torch._C._AutoDispatchBelowAutograd():
        return operator(*arguments)
