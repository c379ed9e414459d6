"""The cells of Python, torch and decoders in which the promises are tried: ``make matrix CELLS="av17 py313"``."""
