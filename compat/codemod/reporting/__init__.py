"""Text made from results: one file a format, each with ``write(result, options, out)``."""
