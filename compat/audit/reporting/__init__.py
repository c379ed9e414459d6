"""Present the results: on a terminal, as JSON, and as one page of HTML."""
