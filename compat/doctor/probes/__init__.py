"""What runs in child processes, one file each: a function ``probe`` that takes a task and gives something that JSON holds.

Where the work takes torch, the task ``None`` imports it and does nothing else, so that its failure is told from the work's.

These modules may import what hangs or crashes; the doctor itself never imports them.
"""
