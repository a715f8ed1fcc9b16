"""How far a loop has come: an event for each task that ends, and a bar that shows them.

The loop makes a `Progress` whenever it hears of a task and calls its reporter with
it. A reporter is whatever the caller gave, or a `Bar`, which draws on stderr, or in a
notebook a `CellBar`.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

__all__ = ["Bar", "Progress", "reporter"]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a loop has come.

    Parameters
    ----------
    done : int
        Tasks that have ended, those that failed or were known among them.
    failed : int
        Tasks that raised an error, or whose worker died.
    known : int
        Tasks whose results were there already, so that nobody computed them.
    total : int, optional
        Tasks altogether; None for an input without a length.
    seconds : float
        Time since the start.
    call : str
        The task that ended last, shortened; may be empty.

    Examples
    --------
    >>> Progress(done=60, failed=0, known=20, total=100, seconds=8.0).rate
    5.0
    """

    done: int
    failed: int
    known: int
    total: int | None
    seconds: float
    call: str = ""

    @property
    def rate(self) -> float:
        """Tasks computed in a second, on average since the start; known ones take no time."""
        return max(0, self.done - self.known) / self.seconds if self.seconds > 0 else 0.0

    @property
    def remaining(self) -> float | None:
        """Seconds that the rest will take at this rate; None where nobody can tell."""
        if self.total is None:
            return None
        if self.done >= self.total:
            return 0.0
        return (self.total - self.done) / self.rate if self.rate else None


def reporter(progress: Any) -> Callable[[Progress], Any] | None:
    """Give what is to be called with each event of a loop.

    Parameters
    ----------
    progress : bool or callable, optional
        True for a new bar, False or None for nothing, or what to call.

    Returns
    -------
    callable, optional
        It takes a `Progress`. What has a method ``close`` wants it called at the end.

    Raises
    ------
    TypeError
        It is none of these.

    Examples
    --------
    Any other bar can be moved by the events. With tqdm, say:

    >>> def report(event):
    ...     bar.total = event.total
    ...     bar.update(event.done - bar.n)

    >>> reporter(report) is report
    True
    """
    if progress is None or progress is False:
        return None
    if progress is True:
        return CellBar() if is_notebook(sys.stderr) else Bar()
    if callable(progress) and not isinstance(progress, type):
        return progress  # type: ignore[no-any-return]
    what = f"the class {progress.__name__}" if isinstance(progress, type) else repr(progress)
    raise TypeError(
        f"progress={what} reports nothing; give True for a bar, or a function that is called "
        "with each event, like lambda event: print(event.done, event.total)"
    )


# -- the bar ---------------------------------------------------------------------------------------

REDRAWN = 0.1  # seconds between two drawings
LONGEST, SHORTEST = 40, 8  # cells of the bar itself, without its ends


class Bar:
    """One line on stderr that is drawn over and over, at most ten times a second.

    Silent where stderr is neither a terminal nor a notebook. It is drawn when events
    come; it has no clock and no thread of its own.

    Parameters
    ----------
    stream : text stream, optional
        Another one than stderr.

    Examples
    --------
    >>> bar = Bar()
    >>> bar(Progress(done=1, failed=0, known=0, total=2, seconds=0.5))
    >>> with bar.aside():
    ...     print("half of it")
    half of it
    >>> bar.close()
    """

    def __init__(self, stream: Any = None):
        self.stream = sys.stderr if stream is None else stream
        self.quiet = not redraws(self.stream)
        self.cells = UNICODE if can_write(self.stream, UNICODE) else ASCII
        self.event: Progress | None = None
        self.due = 0.0
        self.drawn = ""  # what stands on the line now

    def __call__(self, event: Progress) -> None:
        """Show an event, or keep it for later if the last one was shown just now."""
        self.event = event
        if event.seconds >= self.due and not self.quiet:
            self.due = event.seconds + REDRAWN
            self.draw(line(event, width_of(self.stream), self.cells))

    def wipe(self) -> None:
        """Clear the line, for others to write on; the next drawing brings it back."""
        if self.drawn:
            self.draw("")
            self.write("\r")

    @contextlib.contextmanager
    def aside(self, text: bytes = b"\n") -> Iterator[None]:
        """Clear the line while something else is printed, and put it back below.

        Parameters
        ----------
        text : bytes
            What is printed; if it ends within a line, the bar begins a new one.
        """
        drawn = self.drawn
        self.wipe()
        try:
            yield
        finally:
            if drawn:
                if not text.endswith(b"\n"):
                    self.write("\n")
                self.draw(drawn)

    def close(self) -> None:
        """Draw the last event, and leave the line."""
        if self.event is not None and not self.quiet:
            self.draw(line(self.event, width_of(self.stream), self.cells, ended=True))
            self.write("\n")
        self.event, self.due, self.drawn = None, 0.0, ""

    def draw(self, text: str) -> None:
        """Write a line over the one before."""
        self.write("\r" + text.ljust(len(self.drawn)))
        self.drawn = text

    def write(self, text: str) -> None:
        """Write at once; a terminal that has gone is no reason to end the loop."""
        try:
            self.stream.write(text)
            self.stream.flush()
        except (OSError, ValueError):
            self.quiet = True


class CellBar(Bar):
    """The same in a notebook: an output of its own, above what else the cell prints.

    There, stdout and stderr share no line. A bar on one of them would leave an empty
    line behind whenever something was printed on the other.
    """

    output: Any = None  # what IPython's `display` gives to change it

    def close(self) -> None:
        """Draw the last event; the next one begins a new bar."""
        super().close()
        self.output = None

    def draw(self, text: str) -> None:
        """Put a line into the output's place."""
        content = {"text/plain": text}
        if self.output is None:
            display = importlib.import_module("IPython.display").display
            self.output = display(content, raw=True, display_id=True)
        else:
            self.output.update(content, raw=True)

    def write(self, text: str) -> None:
        """Leave the streams alone."""


def is_notebook(stream: Any) -> bool:
    """Tell whether what is written to a stream comes out in a notebook's cell."""
    return type(stream).__module__.partition(".")[0] == "ipykernel"


def redraws(stream: Any) -> bool:
    """Tell whether a carriage return on this stream begins the line anew."""
    if is_notebook(stream):  # it does, and is no tty
        return True
    try:
        return bool(stream.isatty())
    except (AttributeError, ValueError):  # there is none, or it is closed
        return False


def can_write(stream: Any, characters: str) -> bool:
    """Tell whether a stream has these characters."""
    try:
        characters.encode(getattr(stream, "encoding", None) or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def width_of(stream: Any) -> int:
    """Count the columns of a stream's terminal."""
    columns = shutil.get_terminal_size((0, 0)).columns
    if not columns:  # stdout is no terminal, but stderr may be one
        with contextlib.suppress(OSError, ValueError, AttributeError):
            columns = os.get_terminal_size(stream.fileno()).columns
    return columns or 80


# -- the line --------------------------------------------------------------------------------------

# The ends of a bar, an empty cell, and cells filled more and more.
UNICODE = "▕▏ ▏▎▍▌▋▊▉█"
ASCII = "[].#"


def line(event: Progress, width: int, cells: str = ASCII, *, ended: bool = False) -> str:
    """Write an event in one line; what matters less is left out where the line is narrow.

    Parameters
    ----------
    event : Progress
        What to tell.
    width : int
        Columns of the terminal. The last one stays free: some wrap when it is written to.
    cells : str
        Characters of the bar: its left and right end, an empty cell, and fuller ones.
    ended : bool
        Whether the loop has ended: then its time is told, not the remaining one.

    Returns
    -------
    str
        Without an end of line.

    Examples
    --------
    >>> event = Progress(done=1234, failed=0, known=0, total=2000, seconds=3.0)
    >>> line(event, 80)
    '[############........]  1,234 / 2,000  61 %  411/s  1.9 s left'
    >>> line(event, 30, ended=True)
    '1,234 / 2,000  61 %  3.0 s'
    """
    told = {
        "bar": drawing(event, min(LONGEST, width // 4), cells),
        "count": count(event),
        "percent": percent(event),
        "failed": f"{event.failed:,} failed" if event.failed else "",
        "known": f"{event.known:,} known" if event.known else "",
        "rate": rate_in_words(event.rate),
        "time": time_in_words(event, ended),
    }
    text = ""
    kept: set[str] = set()
    for name in ("count", "percent", "failed", "time", "bar", "rate", "known"):
        longer = "  ".join(told[each] for each in told if each in kept | {name} and told[each])
        if len(longer) < width:
            kept, text = kept | {name}, longer
    return text


def drawing(event: Progress, length: int, cells: str) -> str:
    """Draw the bar itself; nothing where it would be too short, or has no end."""
    if event.total is None or length < SHORTEST:
        return ""
    left, right, levels = cells[0], cells[1], cells[2:]
    steps = len(levels) - 1  # to fill a cell
    full, part = divmod(share(event, length * steps), steps)
    partial = levels[part] if full < length else ""
    return left + levels[-1] * full + partial + levels[0] * (length - full - 1) + right


def share(event: Progress, parts: int) -> int:
    """Count how many of some parts of the work are done; all of them only at the end."""
    if not event.total:
        return parts
    done = min(event.done, event.total)  # an input may be longer than it says
    return parts * done // event.total


def count(event: Progress) -> str:
    """Count the tasks; always as wide, so that what stands beside does not jump."""
    if event.total is None:
        return f"{event.done:,} done"
    total = f"{event.total:,}"
    return f"{event.done:>{len(total)},} / {total}"


def percent(event: Progress) -> str:
    """Give the percentage, where there is one."""
    return "" if event.total is None else f"{share(event, 100)} %"


def rate_in_words(rate: float) -> str:
    """Say how many tasks end, in the shortest unit of time in which one does."""
    for unit, seconds in (("s", 1), ("min", 60), ("h", 3600)):
        each = rate * seconds
        if each >= 1:
            return f"{each:,.0f}/{unit}" if each >= 100 else f"{each:.1f}/{unit}"
    return ""


def time_in_words(event: Progress, ended: bool) -> str:
    """Say how long it still takes, or else how long it took."""
    if ended or event.remaining is None:
        return seconds_in_words(event.seconds)
    return f"{seconds_in_words(event.remaining)} left"


def seconds_in_words(seconds: float) -> str:
    """Say a time in one unit, or in two.

    Parameters
    ----------
    seconds : float
        How long.

    Returns
    -------
    str
        From tenths of seconds to days.

    Examples
    --------
    >>> [seconds_in_words(each) for each in (1.94, 75, 9000, 200_000)]
    ['1.9 s', '1 min 15 s', '2 h 30 min', '2 d 7 h']
    """
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    for large, small, size, part in (("d", "h", 86400, 3600), ("h", "min", 3600, 60)):
        if whole >= size:
            return f"{whole // size} {large} {whole % size // part} {small}"
    return f"{whole // 60} min {whole % 60} s" if whole >= 60 else f"{whole} s"
