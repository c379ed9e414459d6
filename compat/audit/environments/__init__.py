"""Decode with the real torchaudio of another Python environment."""
