"""Finding the files: folders, globs, single files and manifests, local or behind any URL that fsspec knows."""
