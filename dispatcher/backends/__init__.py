"""One module or package for each backend; ``dispatcher.registry`` finds them by scanning this folder."""
