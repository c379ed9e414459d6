"""Damaged files for every backend, in child processes under limits of time and memory.

``corpus`` gives whole files, ``mutate`` damages them by a number, ``calls`` reads one damaged file in all ways, ``children``
runs that in processes that may die, and ``__main__`` is the command line (``make fuzz``).
"""
