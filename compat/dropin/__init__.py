"""The drop-in: assemble a release's module tree, lay it over ``torchaudio``, and serve imports."""
