"""Decide what replaces the global backend of a project.

``decide`` is on top. Below it, ``settle`` decides for releases that take a backend per call, and
the other files tell which setter may be in force at which call.
"""
