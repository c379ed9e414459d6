"""What holds on Windows and macOS, as far as their rules can be put up here."""
