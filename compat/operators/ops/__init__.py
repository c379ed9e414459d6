"""The operators: one file, with ``OPERATORS``, for each C++ source that is replaced."""
