"""Python as it is read: text, tree, scopes, what is torchaudio's in a file; and the plain data that all rooms share."""
