"""The numerical methods behind the operators: functions of tensors that know nothing of torchaudio or of registration."""
