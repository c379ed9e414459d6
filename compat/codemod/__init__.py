"""Move a project from the old torchaudio API to a later release: ``python -m compat.codemod PATH...``.

The way of a file, room by room (each knows the rooms below it, and none above; import-linter holds this):

``run``        ``cli`` reads the command line; ``session`` is one run; ``reading`` reads and parses; ``engine`` asks the rules
               for drafts, has ``safety`` refuse what a mock, a release test or a comment stands against, makes the rest,
               verifies it, and begins again until nothing changes.
``reporting``  one file a format.
``rules``      one file a rule, found by scanning; ``rule.py`` says what a rule is.
``plan``       what becomes of the global backend: ``decide`` picks the way of settling, one file each.
``uses``       what the project does with torchaudio: setters, mocks, release tests, functions handed on.
``rewrite``    changes become edits, edits a text that is verified.
``files``      finding, reading and writing files, and who imports whom.
``source``     text, tree and scopes of one file; findings, results and options as plain data.

Nothing here imports torch.
"""
