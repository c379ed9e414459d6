"""Find out why torchaudio or a backend does not load, prove it, and print or run the fix.

    python -m compat.doctor

The doctor's own process never imports torch, numpy, av, soundfile or torchaudio: whatever may hang
or crash runs in a child process. ``compat.diagnosis`` explains failures, for the runtime as well.
"""
