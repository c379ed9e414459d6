"""Why torchaudio, or a backend, fails to load: checks that find out, prove it, and print the command that mends it.

    python -m compat.doctor

Nothing here imports torch, numpy, av, soundfile or torchaudio into the doctor's own process: whatever may hang or crash
runs in a child process. ``explain`` holds the part that the runtime uses for its own errors.
"""
