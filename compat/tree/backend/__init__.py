"""``torchaudio.backend``: the package of the global backend, with its functions only until 2.1."""

from typing import Any

from compat.contents.submodule import Context, Submodule
from compat.tree._backend import getters
from compat.tree.backend import utils
from dispatcher.metadata import AudioMetaData


def of_global_backend(name: str | None) -> Submodule:
    """Return the module of a global backend, with its functions whatever backend is chosen."""
    return Submodule(
        lambda context: {
            **vars(context.global_backend.functions[name]),
            "AudioMetaData": AudioMetaData,
        },
        goes_in_2_9=True,
        warns=True,
    )


def without_warning(public: Submodule) -> Submodule:
    """Return the private module, from 2.1 on, with the names of a public one that warns."""
    return Submodule(
        public.names,
        present=lambda context: context.release.backend_modules_warn,
        attached=lambda context: context.release.backend_setters,
        goes_in_2_9=True,
    )


def names(context: Context) -> dict[str, Any]:
    """Return the functions of the global backend, if the release has them here.

    In 2.0 the getters of the per-call functions are here too.
    """
    functions = getters(context) if context.release.legacy_getter else {}
    return {**functions, **utils.names(context)} if context.release.backend_setters else {}


SUBMODULE = Submodule(names, goes_in_2_9=True)
