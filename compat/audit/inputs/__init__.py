"""Find the files: folders, globs, single files and manifests, local or behind a URL of fsspec."""
