"""What runs in child processes, one file each: a function ``probe`` that takes a task and gives something that JSON holds.

These modules may import what hangs or crashes; the doctor itself never imports them.
"""
