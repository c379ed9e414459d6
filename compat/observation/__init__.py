"""Record what a program calls (``recording``), and compare it with the codemod (``coverage``)."""
