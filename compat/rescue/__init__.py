"""Import a torchaudio whose compiled part does not load, without that part.

Nearly all of torchaudio is Python; only ``torchaudio._extension`` loads what was compiled.

``hook.py`` intercepts the import of that module and keeps the error, ``extension.py`` has the names
that the rest of torchaudio reads from it, ``libraries.py`` finds libraries that would kill the
process, and ``notice.py`` words the warning. The compiled operators are replaced by
``compat.operators``.
"""
