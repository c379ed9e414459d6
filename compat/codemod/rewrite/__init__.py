"""From a change in terms of the tree to a new text: drafts, changes, edits, and the check that nothing else became another."""
