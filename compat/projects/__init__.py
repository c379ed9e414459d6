"""Find out which torchaudio a project was written for, from its pins and its calls.

``compat.run`` uses it, and the codemod uses the pins. It imports no audio library and runs nothing
of the project.
"""
