"""A process's tokens: leased from the deployment's bucket, ten at a time where it needs ten. Pure.

A lease ends with its second, so that no more tokens are used in a second than its bucket has. A process takes no more
than it will use: half of what its rate brings in the rest of the second, one token at least. Otherwise many idle
processes would empty the bucket. After an empty bucket nothing is asked until the next second.
"""

MOST = 10


class Lease:
    def __init__(self) -> None:
        self._second, self._left, self._empty = 0, 0, False
        self._begun, self._before = 0, 0  # answers in this second, and in the one before it

    def take(self, now_ms: int) -> bool | None:
        """True: a token of the lease; False: the bucket is known to be empty; None: ask for `wanted`."""
        self._turn(now_ms // 1000)
        self._begun += 1
        if self._left:
            self._left -= 1
            return True
        return False if self._empty else None

    def wanted(self, now_ms: int) -> int:
        rest = 1 - now_ms % 1000 / 1000
        return max(1, min(MOST, int(max(self._begun, self._before) * rest / 2)))

    def given(self, asked_ms: int, tokens: int) -> bool:
        """What the bucket gave to who asked at that time; whether there is one for the answer that asked."""
        if asked_ms // 1000 == self._second:
            self._left += max(tokens - 1, 0)
            self._empty = tokens == 0
        return tokens > 0

    def _turn(self, second: int) -> None:
        if second > self._second:
            self._before = self._begun if second == self._second + 1 else 0
            self._second, self._left, self._empty, self._begun = second, 0, False, 0
