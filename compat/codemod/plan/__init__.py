"""Decide what replaces the global backend of a project.

``decide`` is on top; below are ``settle`` for releases that take a backend per call, then what is
provable about the order of calls.
"""
