"""The operators: one file, with ``OPERATORS``, for each C++ source of torchaudio."""
