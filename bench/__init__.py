"""How fast this is, as ratios against named peers in one run: ``make bench``.

pytest-benchmark runs it, because its rounds have a set-up that is not timed: the peers take their turn there, so that all of
them see the same state of the machine. asv times one function after the other, in a process for each. What counts is the
minimum, and of one thread the processor's time: on a shared machine that is what the code costs, the rest is the neighbours.
"""
