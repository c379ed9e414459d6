"""``torchaudio.kaldi_io``, until 2.8: read Kaldi's archives through the package ``kaldi_io``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from compat.contents.submodule import Context, Submodule
from dispatcher.errors import BackendError
from dispatcher.lazily import np, torch

# by the name of the function, here and in kaldi_io: the dtype of the tensors
_READERS = {
    "read_vec_int_ark": "int32",
    "read_vec_flt_scp": "float32",
    "read_vec_flt_ark": "float32",
    "read_mat_scp": "float32",
    "read_mat_ark": "float32",
}


def _reader(name: str, dtype: str) -> Callable[[Any], Iterator[tuple[str, torch.Tensor]]]:
    def read(file_or_fd: Any) -> Iterator[tuple[str, torch.Tensor]]:
        try:
            import kaldi_io  # type: ignore[import-not-found]
        except ImportError as why:
            raise BackendError(
                f"torchaudio.kaldi_io.{name} needs the package kaldi_io: pip install kaldi_io"
            ) from why
        found = getattr(kaldi_io, name)(file_or_fd)
        return ((key, torch.from_numpy(np.array(array, dtype=dtype))) for key, array in found)

    read.__name__ = read.__qualname__ = name
    read.__doc__ = (
        f"Give each key of an archive or script file with its tensor of {dtype}. Raises "
        "RuntimeError without ``kaldi_io``."
    )
    return read


def names(context: Context) -> dict[str, Any]:
    """Return the five readers."""
    return {name: _reader(name, dtype) for name, dtype in _READERS.items()}


SUBMODULE = Submodule(names, goes_in_2_9=True, stands_in=True)
