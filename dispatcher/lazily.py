"""Modules that few calls need, or that take long to import: each is imported when it is used.

So ``import dispatcher`` does not need them, and functions need no imports of their own.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__all__ = [
    "av", "base64", "hashlib", "http_client", "ipaddress", "logging", "module", "np", "npt",
    "socket", "ssl", "torch", "urllib_request",
]  # fmt: skip

_FACTS = ("__file__", "__version__")  # Python asks objects for other such names by itself


class module:  # noqa: N801 - stands for a module
    """A stand-in for a module, which it imports when an attribute is read."""

    __slots__ = ("__dict__", "_name")

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name not in _FACTS:
            raise AttributeError(name)
        try:
            real = importlib.import_module(self._name)
        except ModuleNotFoundError as why:
            if why.name != self._name:
                raise
            package = self._name.partition(".")[0]
            hint = f"{why}: reading and writing audio needs it; run `pip install {package}`"
            raise ModuleNotFoundError(hint, name=self._name) from None
        self.__dict__ = real.__dict__  # from now on its names are found without a call
        return getattr(real, name)


if TYPE_CHECKING:
    import base64
    import hashlib
    import http.client as http_client
    import ipaddress
    import logging
    import socket
    import ssl
    import urllib.request as urllib_request

    import av
    import numpy as np
    import numpy.typing as npt
    import torch
else:
    av, np, npt, torch = map(module, ("av", "numpy", "numpy.typing", "torch"))
    http_client, urllib_request = map(module, ("http.client", "urllib.request"))
    base64, hashlib, ipaddress, logging, socket, ssl = map(
        module, ("base64", "hashlib", "ipaddress", "logging", "socket", "ssl")
    )
