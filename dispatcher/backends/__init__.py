"""One module or package for each backend; ``dispatcher.registry`` scans this folder for them."""
