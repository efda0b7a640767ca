"""Says how far a long command is: one line per step, with its seconds; a spinner where there is a terminal."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape


class Steps:
    """Numbered steps of one command, written to stderr so that stdout stays for results."""

    def __init__(self, total: int, console: Console | None = None) -> None:
        self.total = total
        self.number = 0
        self.console = console or Console(stderr=True, highlight=False)
        self._label = ""
        self._told = ""

    @contextmanager
    def step(self, label: str) -> Iterator["Steps"]:
        """One step; what it raises passes through, named by its label."""
        self.number += 1
        self._label = f"[{self.number}/{self.total}] {label}"
        started = time.monotonic()
        if self.console.is_terminal:
            with self.console.status(escape(self._label)) as status:
                self._status = status
                yield self
        else:
            self.console.print(f"{escape(self._label)} …")
            yield self
        done = escape(self._label) if self.console.is_terminal else "     "
        self.console.print(f"[green]✓[/green] {done} [dim]{time.monotonic() - started:.1f} s[/dim]")

    def skip(self, why: str) -> None:
        """One step has nothing to do this time."""
        self.number += 1
        self.console.print(f"[dim]- {escape(f'[{self.number}/{self.total}] {why}')}[/dim]")

    def detail(self, text: str) -> None:
        """How far the present step is: replaces the spinner's text, or is a line of its own without a terminal."""
        if text == self._told:
            return
        self._told = text
        if self.console.is_terminal:
            self._status.update(escape(f"{self._label}: {text}"))
        else:
            self.console.print(f"      {escape(text)}")

    def note(self, text: str) -> None:
        """A line the reader should see whatever happens next."""
        self.console.print(f"[yellow]![/yellow] {escape(text)}")
