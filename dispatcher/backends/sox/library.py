"""Find libsox, and declare the functions that we call.

torchaudio looked only for the unversioned ``libsox.so``, which distributions put into their
development package. Here the versioned names and the folders of Homebrew and conda are tried too.
Every attempt is kept for the error's text.
"""

import ctypes.util
import dataclasses
import functools
import itertools
import os
import pathlib
import re
import sys
from collections.abc import Callable, Iterator
from typing import Any

from dispatcher import forks
from dispatcher.errors import BackendUnavailable

# Structures and functions of sox.h 14.4.2 (the only ABI in use since 2015), in cffi's notation.
_DECLARATIONS = """
typedef int32_t sox_sample_t;
typedef struct {
    double rate; unsigned channels; unsigned precision; uint64_t length; double *mult;
} sox_signalinfo_t;
typedef struct {
    int encoding; unsigned bits_per_sample; double compression;
    int reverse_bytes; int reverse_nibbles; int reverse_bits; int opposite_endian;
} sox_encodinginfo_t;
typedef struct {
    uint64_t start; uint64_t length; unsigned count; unsigned char type;
} sox_loopinfo_t;
typedef struct {
    signed char MIDInote; signed char MIDIlow; signed char MIDIhi; unsigned char loopmode;
    unsigned nloops;
} sox_instrinfo_t;
typedef struct { char **comments; sox_instrinfo_t instr; sox_loopinfo_t loops[8]; } sox_oob_t;
typedef struct {
    unsigned sox_lib_version_code; char const *description; char const *const *names;
    unsigned flags;
    void *startread; void *read; void *stopread; void *startwrite; void *write; void *stopwrite;
    void *seek;
    unsigned const *write_formats; double const *write_rates; size_t priv_size;
} sox_format_handler_t;
typedef struct {
    char *filename; sox_signalinfo_t signal; sox_encodinginfo_t encoding; char *filetype;
    sox_oob_t oob;
    int seekable; char mode; uint64_t olength; uint64_t clips; int sox_errno; char sox_errstr[256];
    void *fp; int io_type; uint64_t tell_off; uint64_t data_start; sox_format_handler_t handler;
    void *priv;
} sox_format_t;
typedef struct {
    unsigned verbosity; void *output_message_handler; int repeatable; size_t bufsiz;
    size_t input_bufsiz; int32_t ranqd1;
    char const *stdin_in_use_by; char const *stdout_in_use_by; char const *subsystem;
    char *tmp_path;
    int use_magic; int use_threads; size_t log2_dft_min_size;
} sox_globals_t;
typedef struct { char *name; sox_format_handler_t const *(*fn)(void); } sox_format_tab_t;

typedef struct sox_effect_t sox_effect_t;
typedef struct {
    char const *name; char const *usage; unsigned flags;
    int (*getopts)(sox_effect_t *, int, char **);
    int (*start)(sox_effect_t *);
    int (*flow)(sox_effect_t *, sox_sample_t const *, sox_sample_t *, size_t *, size_t *);
    int (*drain)(sox_effect_t *, sox_sample_t *, size_t *);
    int (*stop)(sox_effect_t *);
    int (*kill)(sox_effect_t *);
    size_t priv_size;
} sox_effect_handler_t;
typedef struct { int plot; sox_globals_t *global_info; } sox_effects_globals_t;
struct sox_effect_t {
    sox_effects_globals_t *global_info; sox_signalinfo_t in_signal; sox_signalinfo_t out_signal;
    sox_encodinginfo_t const *in_encoding; sox_encodinginfo_t const *out_encoding;
    sox_effect_handler_t handler;
    uint64_t clips; size_t flows; size_t flow; void *priv;
    sox_sample_t *obuf; size_t obeg; size_t oend; size_t imin;
};
typedef struct sox_effects_chain_t sox_effects_chain_t;

int sox_init(void);
int sox_format_init(void);
sox_globals_t *sox_get_globals(void);
char const *sox_version(void);
char const *sox_strerror(int);
sox_format_tab_t const *sox_get_format_fns(void);
sox_format_handler_t const *sox_find_format(char const *, int);
sox_format_t *sox_open_read(
    char const *, sox_signalinfo_t const *, sox_encodinginfo_t const *, char const *);
sox_format_t *sox_open_write(
    char const *, sox_signalinfo_t const *, sox_encodinginfo_t const *, char const *,
    sox_oob_t const *, void *);
size_t sox_read(sox_format_t *, sox_sample_t *, size_t);
size_t sox_write(sox_format_t *, sox_sample_t const *, size_t);
int sox_seek(sox_format_t *, uint64_t, int);
int sox_close(sox_format_t *);
sox_effects_globals_t *sox_get_effects_globals(void);
typedef sox_effect_handler_t const *(*sox_effect_fn_t)(void);
sox_effect_fn_t const *sox_get_effect_fns(void);
sox_effect_handler_t const *sox_find_effect(char const *);
sox_effect_t *sox_create_effect(sox_effect_handler_t const *);
int sox_effect_options(sox_effect_t *, int, char *const []);
sox_effects_chain_t *sox_create_effects_chain(
    sox_encodinginfo_t const *, sox_encodinginfo_t const *);
void sox_delete_effects_chain(sox_effects_chain_t *);
int sox_add_effect(
    sox_effects_chain_t *, sox_effect_t *, sox_signalinfo_t *, sox_signalinfo_t const *);
int sox_flow_effects(sox_effects_chain_t *, void *, void *);
void free(void *);
typedef struct {
    char const *dli_fname; void *dli_fbase; char const *dli_sname; void *dli_saddr;
} Dl_info;
int dladdr(void const *, Dl_info *);
"""

_NAMES = {
    "linux": ("libsox.so.3", "libsox.so.2", "libsox.so"),
    "darwin": ("libsox.3.dylib", "libsox.dylib"),
    "win32": ("libsox-3.dll", "libsox.dll", "sox.dll"),
}
_FOLDERS = {
    "linux": ("/home/linuxbrew/.linuxbrew/lib",),
    "darwin": ("/opt/homebrew/lib", "/usr/local/lib", "/opt/local/lib"),
    "win32": (r"C:\Program Files (x86)\sox-14-4-2", r"C:\Program Files\sox"),
}
VARIABLE = "TORCHAUDIO_COMPAT_LIBSOX"
_MEND = {
    "linux": (
        "apt install libsox3 libsox-fmt-all, dnf install sox sox-libs, or conda install -c "
        "conda-forge sox"
    ),
    "darwin": "brew install sox, or conda install -c conda-forge sox",
    "win32": (
        f"{VARIABLE} names one of 64 bits, such as MSYS2's libsox-3.dll; "
        "conda-forge's sox has none there"
    ),
}
# newer distributions have it in place of SoX; it numbers encodings differently, and passes files on
# to FFmpeg's command
SOX_NG = "sox_ng"
_FIRST_SOX_NG = (14, 5)


@dataclasses.dataclass(frozen=True)
class Library:
    """libsox, loaded, with its formats ready; ``shared`` starts its effects."""

    ffi: Any
    lib: Any
    path: str
    version: str
    # Its lock is held while libsox opens and closes files or runs effects: libsox keeps its list of
    # formats, its error state and its effects in global variables.
    shared: forks.Shared = dataclasses.field(default_factory=forks.Shared, repr=False)

    def text(self, pointer: Any) -> str:
        """Return a C string, or "" for NULL."""
        return str(self.ffi.string(pointer).decode("utf-8", "replace")) if pointer else ""


def listed(array: Any, at: Callable[[Any], Any] = bool) -> Iterator[Any]:
    """Yield the items of a C array, up to the one that is NULL, or has NULL ``at`` some place."""
    return itertools.takewhile(at, (array[number] for number in itertools.count()))


def _platform() -> str:
    return sys.platform if sys.platform in _NAMES else "linux"


def candidates() -> Iterator[str]:
    """Give what to try, in order: the user's own choice, bare names for the loader, then paths."""
    chosen = os.environ.get(VARIABLE)
    if chosen:
        yield chosen
        return
    names = _NAMES[_platform()]
    yield from names
    conda = (
        pathlib.Path(sys.prefix, "Library", "bin")
        if sys.platform == "win32"
        else pathlib.Path(sys.prefix, "lib")
    )
    for folder in (conda, *map(pathlib.Path, _FOLDERS[_platform()])):
        yield from (str(folder / name) for name in names if (folder / name).exists())
    for name in ("sox", SOX_NG):
        found = ctypes.util.find_library(name)
        if found and found not in names:
            yield found


@functools.cache
def load() -> Library:
    """Load libsox, ready for use.

    Raises:
        BackendUnavailable: no candidate loads; the error lists each one's own message.
    """
    try:
        import cffi

        ffi = cffi.FFI()  # imports its compiled part
    except ImportError as why:
        raise BackendUnavailable(f"cffi does not import ({why})", mend="pip install cffi") from why
    ffi.cdef(_DECLARATIONS)
    tried = []
    for candidate in candidates():
        try:
            lib = ffi.dlopen(candidate)
            version = ffi.string(lib.sox_version()).decode()
        except (OSError, AttributeError) as why:
            cause = str(why).partition("Additionally")[0].strip()
            tried.append(f"{candidate} ({cause.removeprefix('cannot load library ')})")
            continue
        if tuple(map(int, re.findall(r"\d+", version)[:2])) >= _FIRST_SOX_NG:
            tried.append(f"{candidate} ({SOX_NG} {version}, whose interface differs)")
            continue
        if lib.sox_format_init() != 0:
            tried.append(f"{candidate} (loaded, but sox_format_init failed)")
            continue
        lib.sox_get_globals().verbosity = 0
        return Library(ffi, lib, candidate, version)
    raise BackendUnavailable(
        "libsox is not installed, or not where it is looked for",
        mend=_MEND[_platform()],
        tried=tuple(tried),
    )
