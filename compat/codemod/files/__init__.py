"""Files on disk: which there are, what is in them, who imports whom, and putting a new content in place."""
