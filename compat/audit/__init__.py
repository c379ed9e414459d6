"""Does my data still decode the same? Every file, decoded as one release of torchaudio did and as another does, compared.

    python -m compat.audit --from 2.0 --to 2.2 DATA...

``comparison`` says what became of one file, ``session`` runs it over many, ``engines`` spread the work, ``storage`` keeps the
results, ``reporting`` tells of them.
"""
