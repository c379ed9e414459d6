"""Name what is wrong with an installation, and the command that mends it.

The doctor prints this, and the drop-in's errors quote it. Nothing here imports audio code.
"""
