"""The operators in the place of torchaudio's compiled ones."""
