"""What the modules of the tree hold: a release's functions and classes, and their common parts."""
