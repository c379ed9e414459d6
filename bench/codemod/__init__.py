"""What the codemod costs beside tools of its kind."""
