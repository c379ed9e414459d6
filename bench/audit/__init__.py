"""What the audit costs beyond the decoding, and what a second process and a cluster bring."""
