"""Streams: read and write media piece by piece, with filters on the way, over PyAV.

Data flows one way: ``sources`` opens, ``codecs`` decode, ``graphs`` filter, ``frames`` become
arrays, ``buffers`` cut them into chunks, ``reader`` drives them all. On the way out, ``codecs``
encode what ``writer`` gets, and ``destinations`` keep it. ``effector`` uses reader and writer.
"""
