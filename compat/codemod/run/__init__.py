"""Run the codemod: command line, session, reading, the engine's rounds, and reasons to refuse."""
