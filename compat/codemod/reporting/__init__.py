"""Report a run: the causes of what is left, one file per format, the baseline, the next step."""
