"""What the client uses of anycrc, which brings no types."""

class CRC:
    def calc(self, data: bytes, value: int = ...) -> int: ...

def Model(name: str) -> CRC: ...  # noqa: N802  # its name there
