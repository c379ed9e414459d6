"""The file types that the installed libsox reads and writes."""

from dispatcher.backends.sox.library import Library


def names(sox: Library, *, writing: bool) -> list[str]:
    """Return file types by all their names, plug-ins included.

    In 2.0 to 2.8 the list lacked plug-ins until the first file was opened.
    """
    found: list[str] = []
    table, at = sox.lib.sox_get_format_fns(), 0
    while table[at].fn:
        handler = table[at].fn()
        at += 1
        if not (handler.write if writing else handler.read):
            continue
        each = 0
        while handler.names[each]:
            name = sox.text(handler.names[each])
            if "/" not in name and name not in found:
                found.append(name)
            each += 1
    return found
