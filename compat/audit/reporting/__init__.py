"""Telling of a run: on a terminal, as JSON, and as one page of HTML."""
