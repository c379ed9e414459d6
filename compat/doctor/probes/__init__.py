"""Code that runs in child processes: one file and one function ``probe`` for each.

The function takes a task and returns a value that JSON can hold. If the work needs torch, the task
``None`` only imports it, which separates torch's failure from the work's. These modules may import
what hangs or crashes; the doctor itself never imports them.
"""
