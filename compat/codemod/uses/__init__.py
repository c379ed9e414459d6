"""What a project does with torchaudio: setters, mocks, release tests, functions handed on, names that come by way of others."""
