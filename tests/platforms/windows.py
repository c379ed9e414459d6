"""Put up the rules of Windows in this process, as ``sitecustomize`` does in a child: names that are not there, and open files that stay.

What is taken away is taken from our own packages alone: the standard library of this system needs some of it.
"""

import builtins
import errno
import importlib
import os
import sys
import types
import warnings
from typing import Any

_OURS = ("compat", "legacy", "dispatcher")
NO_MODULES = ("fcntl", "resource", "pwd", "grp", "termios", "tty", "pty", "syslog", "posix")
NO_NAMES = {
    "os": (
        *("geteuid", "getegid", "getuid", "getgid", "getpgid", "setsid", "chown", "fchown", "fchmod", "mkfifo", "uname"),
        *("fork", "forkpty", "register_at_fork", "killpg", "wait", "wait3", "wait4", "WIFSIGNALED", "WTERMSIG", "WNOHANG"),
        *("posix_fallocate", "posix_fadvise", "pread", "pwrite", "sysconf", "statvfs", "getloadavg", "openpty"),
        *("O_CLOEXEC", "O_DIRECTORY", "O_NOFOLLOW", "O_NONBLOCK", "O_SYNC"),
    ),
    "signal": (
        *("SIGKILL", "SIGHUP", "SIGQUIT", "SIGALRM", "SIGCHLD", "SIGPIPE", "SIGUSR1", "SIGSTOP", "SIGCONT", "SIGTSTP"),
        *("alarm", "setitimer", "pthread_sigmask", "pthread_kill", "sigwait", "sigpending", "pause", "siginterrupt"),
    ),
    "time": ("tzset", "clock_settime", "pthread_getcpuclockid"),
    "select": ("poll", "epoll"),
    "socket": ("AF_UNIX", "socketpair"),
}


def _is_ours(depth: int = 2) -> bool:
    return str(sys._getframe(depth).f_globals.get("__name__", "")).split(".")[0] in _OURS


class _Windows(types.ModuleType):
    """A module as it looks from our packages."""

    def __getattribute__(self, name: str) -> Any:
        if name in NO_NAMES[super().__getattribute__("__name__")] and _is_ours():
            raise AttributeError(f"the module has no attribute {name!r} on Windows")
        return super().__getattribute__(name)


_importing = builtins.__import__


def _import(name: str, given: Any = None, *rest: Any, **named: Any) -> Any:
    if name in NO_MODULES and str((given or {}).get("__name__", "")).split(".")[0] in _OURS:
        raise ImportError(f"No module named {name!r} on Windows")
    return _importing(name, given, *rest, **named)


def _is_open(path: Any) -> bool:
    real = os.path.realpath(path)
    for number in os.listdir("/proc/self/fd"):
        try:
            if os.readlink(f"/proc/self/fd/{number}") == real:
                return True
        except OSError:
            continue
    return False


def _strict(body: Any) -> Any:
    def moved(*paths: Any, **named: Any) -> Any:
        for path in paths:
            if isinstance(path, (str, bytes, os.PathLike)) and _is_ours() and _is_open(path):
                raise PermissionError(errno.EACCES, "The process cannot access the file because it is being used by another process", path)
        return body(*paths, **named)

    return moved


# a text file without an encoding is of the console's code page there
warnings.filterwarnings("error", category=EncodingWarning, module=rf"({'|'.join(_OURS)})(\.|$)")
for _name in ("replace", "rename", "unlink", "remove"):
    setattr(os, _name, _strict(getattr(os, _name)))
builtins.__import__ = _import
for _name in NO_NAMES:
    importlib.import_module(_name).__class__ = _Windows
