"""One run: the command line, the session, reading, the engine with its rounds, and what stands against a change."""
