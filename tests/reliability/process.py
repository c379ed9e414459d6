"""What a process uses, as Linux tells it."""

import concurrent.futures
import contextlib
import ctypes
import mmap
import os
import pathlib
import signal
import threading
from collections.abc import Callable, Iterator

_HEAP_FIELDS = ("arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks", "fordblks", "keepcost")


def settled() -> int:
    """Bytes of memory that this process holds, once what is not needed has been given back to the system."""
    ctypes.CDLL(None).malloc_trim(0)
    return int(pathlib.Path("/proc/self/statm").read_text().split()[1]) * mmap.PAGESIZE


class _Heap(ctypes.Structure):
    """glibc's ``struct mallinfo2``."""

    _fields_ = [(name, ctypes.c_size_t) for name in _HEAP_FIELDS]


def heap() -> int:
    """Bytes that are allocated and not freed, by all C libraries together.

    A forked child's resident memory grows by every page that it comes to for the first time, and so tells of no leak.
    """
    libc = ctypes.CDLL(None)
    libc.mallinfo2.restype = _Heap
    found = libc.mallinfo2()
    return int(found.uordblks + found.hblkhd)


def open_files() -> int:
    """How many files, sockets and pipes this process has open."""
    return len(os.listdir("/proc/self/fd")) - 1


@contextlib.contextmanager
def busy(work: Callable[[], object], threads: int = 1) -> Iterator[None]:
    """Do some work again and again in other threads, until the block ends."""
    over = threading.Event()

    def again() -> None:
        while not over.is_set():
            work()

    with concurrent.futures.ThreadPoolExecutor(threads) as pool:
        running = [pool.submit(again) for _ in range(threads)]
        try:
            yield
        finally:
            over.set()
    for each in running:
        each.result()


def child(work: Callable[[], object]) -> int:
    """Fork a process that does some work, and ends with 0 where it was done; gives its number."""
    pid = os.fork()
    if pid == 0:
        try:
            work()
            os._exit(0)
        finally:
            os._exit(1)
    return pid


def finished(work: Callable[[], object], seconds: int = 60) -> int:
    """Do some work in a forked process; gives its exit status: 0 where it was done, less where a signal ended it, as one does after a time."""

    def timed() -> None:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(seconds)
        work()

    return os.waitstatus_to_exitcode(os.waitpid(child(timed), 0)[1])
