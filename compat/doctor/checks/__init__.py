"""The questions that the doctor asks, one file each; ``compat.doctor.registry`` finds them here."""
