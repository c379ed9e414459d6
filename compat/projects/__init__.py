"""What a project says about the torchaudio that it was written for: its pins, and its calls.

Read by ``compat.run``, and its pins by the codemod; nothing of audio is imported, and nothing of the project is run.
"""
