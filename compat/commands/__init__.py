"""What all our commands share: arguments, the terminal, shells' quoting, processes, files."""
