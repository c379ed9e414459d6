"""Streams: read and write media piece by piece, with filters on the way, over PyAV.

Data flows one way: ``sources`` opens, ``decoders`` decode, ``graphs`` filter, ``sounds`` and
``pictures`` make arrays of frames, ``buffers`` cut them into chunks, ``reader`` drives them all.
``encoders`` and ``destinations`` serve ``writer``; ``effector`` uses reader and writer.
"""
