"""A misspelt flag is an error for mypy: `make lint` fails if the comment below is not needed."""

import compat

compat.install("2.0", truncated="warn")
compat.install("2.0", trunkated="warn")  # type: ignore[call-arg]
