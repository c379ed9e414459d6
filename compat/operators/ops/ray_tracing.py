"""A room's echoes, ``torchaudio.prototype.functional.ray_tracing``, in 2.2 to 2.8: refused."""

from __future__ import annotations

from typing import Any, NoReturn

from compat.operators import refused
from compat.operators.declaration import Operator
from dispatcher.errors import OperatorError


def _refuse(*_: Any) -> NoReturn:
    """Raise the error that says that nothing replaces the compiled ray tracer."""
    raise OperatorError(refused.RAY_TRACING)


OPERATORS = (
    Operator(
        schema=(
            "ray_tracing(Tensor room, Tensor source, Tensor mic_array, int num_rays, "
            "Tensor absorption, Tensor scattering, float mic_radius, float sound_speed, "
            "float energy_thres, float time_thres, float hist_bin_size) -> Tensor"
        ),
        kernels={"CompositeImplicitAutograd": _refuse},
        calls="prototype.functional.ray_tracing",
        since="2.2",
        until="2.8",
    ),
)
