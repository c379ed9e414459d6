"""Move a project from the old torchaudio API to a later release.

    python -m compat.codemod PATH...

A file passes through these packages. Each one knows those below it and none above; import-linter
checks that.

``run``        ``cli`` reads the command line; ``session`` is one run; ``reading`` reads and parses.
               ``engine`` asks the rules for drafts, ``safety`` refuses those that a mock, a
               release test or a comment forbids, and the engine applies and verifies the others.
               It repeats this until nothing changes.
``reporting``  one file per output format.
``rules``      one file per rule, found by scanning; ``rule.py`` defines what a rule is.
``plan``       decides what replaces the global backend: ``decide`` is on top, below it the code
               that follows a program.
``uses``       what the project does with torchaudio: setters, mocks, release tests, functions
               that are passed on.
``rewrite``    turns changes into edits, and edits into a verified text.
``files``      finds, reads and writes files, and tells which file imports which; ``documents`` has
               the kinds of files.
``source``     text, tree and scopes of one file; findings, results and options as plain data.

Nothing here imports torch.
"""
