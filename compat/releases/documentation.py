"""Add the text of every flag to ``help(compat.Release)``; imported only when it is asked for."""

import inspect
import textwrap

from compat.releases import Release, flags

_FLAG = textwrap.TextWrapper(width=96, initial_indent="    ", subsequent_indent="        ")

Release.__doc__ = "\n".join(
    [
        inspect.cleandoc(Release.__doc__ or ""),
        "",
        "Attributes:",
        *(_FLAG.fill(f"{name}: {flag.doc}") for name, flag in flags().items()),
    ]
)

__all__ = ["Release"]
