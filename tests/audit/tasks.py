"""Tasks for engines to run, in processes that may come to harm."""

import dataclasses
import os
import pathlib
import signal
import time
from typing import Any

from compat.audit.items import Item


@dataclasses.dataclass(frozen=True)
class Echo:
    """Gives the path back; does to its process what the path says."""

    pause: float = 0.0

    def __call__(self, item: Item) -> str:
        time.sleep(self.pause)
        if "abort" in item.path:
            os.kill(os.getpid(), signal.SIGABRT)
        if "exit" in item.path:
            os._exit(3)
        if "hang" in item.path:
            time.sleep(60)
        if "bug" in item.path:
            raise KeyError("mine")
        return item.path

    def crashed(self, item: Item, why: str) -> str:
        return f"{item.path}: {why}"


class Stillborn(Echo):
    """Ends every process that is given it, before it has seen a file."""

    def __reduce__(self) -> Any:
        return _leave, (7,)


@dataclasses.dataclass(frozen=True)
class SlowlyBorn(Echo):
    """Ends the first processes that are given it, and leaves a file for each in a folder."""

    folder: str = ""
    ends: int = 0

    def __reduce__(self) -> Any:
        return _born, (self.folder, self.ends)


def _born(folder: str, ends: int) -> Echo:
    number = len(os.listdir(folder))
    if number < ends:
        pathlib.Path(folder, f"ended-{number}").touch()
        os._exit(7)
    return Echo()


def _leave(status: int) -> None:
    """Named by this module, because what measures coverage puts something in the place of ``os._exit`` that cannot be sent."""
    os._exit(status)
