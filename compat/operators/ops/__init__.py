"""The operators, one file for what one C++ source of torchaudio holds. Each file has ``OPERATORS``."""
