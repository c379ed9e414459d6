"""Import the comparison and the decoders, and use none, in the process that workers fork from."""

import contextlib

from compat.audit import comparison as comparison
from compat.audit import task as task
from compat.names.backends import PACKAGES

for _name in PACKAGES:
    with contextlib.suppress(Exception):
        __import__(_name)
