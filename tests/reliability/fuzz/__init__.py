"""Damaged files for every backend, in child processes under limits of time and memory.

``corpora`` gives whole files, ``mutate`` and ``anatomy`` damage them by a number, ``readings`` reads one damaged file in all ways,
``children`` runs that in processes that may die, and ``test_fuzz`` is what ``make fuzz`` runs at a larger scale.
"""
