"""``torchaudio._internal``: torch's two download functions, which public code imports from here."""

from compat.contents.submodule import Submodule, imported

SUBMODULE = Submodule(
    lambda context: {
        name: imported(f"torch.hub:{name}")
        for name in ("download_url_to_file", "load_state_dict_from_url")
    },
    stands_in=True,
)
