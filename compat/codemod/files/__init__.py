"""Deal with files on disk: find them, read them, link their imports, and replace their content."""
