"""Many calls in one process, many threads, many workers: nothing may be left open, grow, hang or come out wrong.

``calls`` makes the mixed calls, ``threads`` and ``workers`` run them at once, ``__main__`` is the command line (``make soak``). The
tests here run the same at a smaller scale.
"""
