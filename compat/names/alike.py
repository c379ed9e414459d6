"""The releases whose I/O is that of an older one, and each one's last patch."""

from typing import NamedTuple


class Alike(NamedTuple):
    """What a release behaves as, and its last patch release."""

    preset: str
    last_patch: str


# the Python of the wheels' I/O is the same to the letter; ``wheel_names`` has the other names
ALIKE = {
    "2.3": Alike("2.2", "2.3.1"),
    "2.4": Alike("2.2", "2.4.1"),
    "2.5": Alike("2.2", "2.5.1"),
    "2.6": Alike("2.2", "2.6.0"),
    "2.7": Alike("2.2", "2.7.1"),
    "2.10": Alike("2.9", "2.10.0"),
    "2.11": Alike("2.9", "2.11.0"),
}


def preset(name: str) -> str:
    """Return the release whose flags a release has: ``2.2`` for ``2.5``, ``2.8`` for ``2.8``."""
    return ALIKE[name].preset if name in ALIKE else name
