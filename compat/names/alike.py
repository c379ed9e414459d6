"""The releases whose I/O is that of an older one: its Python is the same to the letter.

``wheel_names`` has their last patches and their other names.
"""

ALIKE = {
    **dict.fromkeys(("2.3", "2.4", "2.5", "2.6", "2.7"), "2.2"),
    **dict.fromkeys(("2.10", "2.11"), "2.9"),
}


def preset(name: str) -> str:
    """Return the release whose flags a release has: ``2.2`` for ``2.5``, ``2.8`` for ``2.8``."""
    return ALIKE.get(name, name)
