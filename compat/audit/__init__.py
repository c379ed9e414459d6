"""Compare how two releases of torchaudio decode your files.

    python -m compat.audit --from 2.0 --to 2.2 DATA...

``comparison`` judges one file and ``session`` many, ``engines`` distribute the work, ``storage``
keeps the results, and ``reporting`` presents them.
"""
