"""Names of torchaudio and its backends, what became of each, and how projects pin a release.

The drop-in, the codemod, the doctor and the guide read these tables.

Nothing here imports audio code, torch or the dispatcher.
"""
