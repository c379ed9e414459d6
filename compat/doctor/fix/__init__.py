"""Run the commands that mend the root cause: ``doctor --fix``.

``reach`` says what a command touches, and so whether it may be run. ``dialogue`` shows the
commands, asks, runs one and examines again. ``runner`` runs a program, or the doctor in a new
process. ``changes`` compares two examinations.
"""
