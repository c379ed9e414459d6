"""The tensors that a reader returns: each knows when it begins."""

from __future__ import annotations

from typing import Any

import torch


class ChunkTensor(torch.Tensor):
    """A tensor with ``pts``, the time in seconds at which its first frame is presented.

    Use it like any tensor; whatever is computed from it is a plain one.
    """

    pts: float
    __torch_function__: Any = torch._C._disabled_torch_function_impl

    def __deepcopy__(self, memo: dict[int, Any]) -> ChunkTensor:
        return chunk(self._elem.clone(), self.pts)

    def __repr__(self, *args: Any, **kwargs: Any) -> str:  # type: ignore[override]
        return f"ChunkTensor({self._elem!r}, pts={self.pts!r})"

    @property
    def _elem(self) -> torch.Tensor:
        """Return the plain tensor, by the releases' name."""
        return self.as_subclass(torch.Tensor)


def chunk(data: torch.Tensor, pts: float) -> ChunkTensor:
    """Make a chunk of a tensor, without a copy."""
    made = data.as_subclass(ChunkTensor)
    made.pts = pts
    return made
