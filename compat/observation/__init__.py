"""What a program was seen to call: ``recording`` notes it in every process, ``coverage`` says what the codemod makes of it."""
