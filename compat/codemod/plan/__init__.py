"""Decide what replaces the global backend of a project.

``decide`` is on top; below are one file per way to settle, then what is provable about the order of
calls.
"""
