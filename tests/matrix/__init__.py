"""The cells of Python, torch and decoders in which the promises are tried: ``make matrix CELLS="av18 py313"``."""
