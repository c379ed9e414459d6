"""What became of each name of torchaudio: data, read by the drop-in, codemod, doctor and guide.

Nothing here imports audio code, torch or the dispatcher.
"""
