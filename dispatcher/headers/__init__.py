"""Headers of containers: one file for each or for a family, parsed without any library."""
