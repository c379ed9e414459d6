"""What is said of a run: the causes of what is left, one file a format, what is known already, what to do next."""
