"""Code that runs in child processes: one file and one function ``probe`` for each.

The function takes a task and returns a value that JSON can hold. These modules may import what
hangs or crashes; the doctor itself never imports them.
"""
