"""Headers of containers: one file for each, parsed without any library."""
