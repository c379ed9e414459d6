"""What becomes of the global backend: ``decide`` on top, one file a way of settling, below them what may be known of the order of calls."""
