"""Read Python files."""

import io
import tokenize

from compat.codemod.files.document import LEAVE_OUT, Document, UnreadableError


class Python(Document):
    """A Python file: all of it is one piece."""

    def _detect(self, data: bytes) -> str:
        try:
            encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        except SyntaxError as why:
            raise UnreadableError(
                f"its encoding is not clear: {why.msg}. Name its encoding in its first line, or "
                f"{LEAVE_OUT}"
            ) from why
        return "utf-8" if encoding == "utf-8-sig" else encoding


DOCUMENT = Python
