"""The numerical methods behind the operators.

They are functions of tensors that know nothing of torchaudio or of registration.
"""
