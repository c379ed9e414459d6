"""The file types that the installed libsox reads and writes."""

from dispatcher.backends.sox.library import Library, listed


def names(sox: Library, *, writing: bool) -> list[str]:
    """Return file types by all their names, plug-ins included.

    In 2.0 to 2.8 the list lacked plug-ins until the first file was opened.
    """
    entries = listed(sox.lib.sox_get_format_fns(), lambda entry: entry.fn)
    handlers = (entry.fn() for entry in entries)
    fitting = (each for each in handlers if (each.write if writing else each.read))
    names = (sox.text(name) for handler in fitting for name in listed(handler.names))
    return list(dict.fromkeys(name for name in names if "/" not in name))
