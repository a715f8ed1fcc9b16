"""What workers print, in whole lines: collected there, shown here.

Processes that print to one terminal cut each other's lines. So a worker prints to
streams of ours, made by `take_over`, which send on whole lines only, and its parent
writes these, with `show`, to whatever its own streams are at that moment: a terminal,
a file, a notebook.

What goes past Python is not seen here: programs that a task starts, and libraries in
C, write to the inherited descriptors as ever.
"""

from __future__ import annotations

import collections
import contextlib
import io
import os
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

__all__ = ["show", "take_over"]

Send: TypeAlias = Callable[[str, bytes], None]

NAMES = ("stdout", "stderr")
LONGEST = 64 * 1024  # bytes sent at once; shorter lines stay whole


def take_over(send: Send) -> Callable[[], None]:
    """Let what this process prints be sent, line by line.

    A line is sent as soon as it is complete: what was printed before a crash has
    been sent. Each thread has a line of its own, so that ``print("a", "b")``, which
    writes four times, is not mixed with what others print; ``flush`` sends the
    calling thread's line as far as it has come.

    Parameters
    ----------
    send : callable
        Called with ``"stdout"`` or ``"stderr"`` and some UTF-8, at most 64 KiB of it;
        by one thread at a time, whichever prints.

    Returns
    -------
    callable
        Sends what is left over, lines without an end; for after each task.

    Notes
    -----
    Handlers of `logging` that write to the replaced streams write to the new ones.
    These are no terminals, so that bars of progress, which redraw a line, stay away.
    A process forked from this one prints to the descriptors that the replaced streams
    had: the way to the parent is its worker's alone.
    """
    post = Post(send)
    collectors = [replace(name, post) for name in NAMES]

    def send_rest() -> None:
        for collector in collectors:
            collector.send_rest()

    return send_rest


def show(name: str, data: bytes) -> None:
    r"""Write what a worker has sent to the stream of that name; never an error.

    Parameters
    ----------
    name : {"stdout", "stderr"}
        Which stream.
    data : bytes
        Some UTF-8. Characters that the stream lacks are spelled out.

    Examples
    --------
    >>> show("stdout", b"said by a worker\n")
    said by a worker
    """
    text = data.decode("utf-8", "replace")
    # Without a console there is no stream; it may be closed, or be anything with a write.
    with contextlib.suppress(Exception):
        stream = getattr(sys, name)
        try:
            stream.write(text)
        except UnicodeEncodeError:
            encoding = stream.encoding or "ascii"
            stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
        stream.flush()


# -- taking over -----------------------------------------------------------------------------------


def replace(name: str, post: Post) -> Collector:
    """Replace one of the standard streams, in `sys` and in `logging`."""
    replaced = [getattr(sys, name), getattr(sys, f"__{name}__")]
    collector = Collector(name, replaced, post)
    # The parent decodes what comes as UTF-8; nothing printed is worth an error there.
    stream = io.TextIOWrapper(
        collector, encoding="utf-8", errors="backslashreplace", newline="\n", write_through=True
    )
    setattr(sys, name, stream)
    setattr(sys, f"__{name}__", stream)
    for handler in handlers():
        old = getattr(handler, "stream", None)
        if old is not None and any(old is each for each in replaced):
            # Not setStream, which flushes the old one: after a fork, what is left in its
            # buffer is the parent's to write.
            with contextlib.suppress(AttributeError):
                handler.stream = stream
    return collector


def handlers() -> Iterator[Any]:
    """Give the handlers of all loggers, if the program has any."""
    logging = sys.modules.get("logging")
    if logging is not None:
        for logger in [logging.root, *logging.root.manager.loggerDict.values()]:
            yield from getattr(logger, "handlers", ())  # a mere place in the tree has none


class Collector(io.BufferedIOBase):
    """Takes bytes in any portions and posts whole lines; the buffer of a text stream.

    Parameters
    ----------
    kind : {"stdout", "stderr"}
        Which stream it serves.
    replaced : list of streams
        Whose place it takes. They are kept: a stream that goes flushes its buffer first.
    post : Post
        Where the lines go.
    """

    mode = "wb"

    def __init__(self, kind: str, replaced: list[Any], post: Post):
        self.kind, self.name, self.replaced, self.post = kind, f"<{kind}>", replaced, post
        # Unfinished lines, by process and thread: a forked child leaves its parent's alone.
        self.unfinished: dict[tuple[int, int], bytes] = {}

    def write(self, data: Any) -> int:
        """Post the lines that are complete now, and keep the rest."""
        if self.closed:
            raise ValueError(f"{self.name} is closed")
        data = memoryview(data).tobytes()
        writer = os.getpid(), threading.get_ident()
        text = self.unfinished.pop(writer, b"") + data
        end = text.rfind(b"\n") + 1
        if len(text) - end >= LONGEST:
            end = between_characters(text, len(text) - 1)
        if end:
            self.post(self, text[:end])
        if end < len(text):
            # A signal's handler may have printed, in this thread, while the rest was posted.
            self.unfinished[writer] = text[end:] + self.unfinished.pop(writer, b"")
        return len(data)

    def flush(self) -> None:
        """Post this thread's line as far as it has come."""
        super().flush()
        self.post_unfinished((os.getpid(), threading.get_ident()))

    def send_rest(self) -> None:
        """Post the unfinished lines of all threads."""
        for writer in list(self.unfinished):
            if writer[0] == os.getpid():
                self.post_unfinished(writer)

    def post_unfinished(self, writer: tuple[int, int]) -> None:
        """Post one unfinished line."""
        text = self.unfinished.pop(writer, b"")
        if text:
            self.post(self, text)

    def writable(self) -> bool:
        """Say that it can be written to."""
        return True

    def fileno(self) -> int:
        """Give the replaced stream's descriptor, for programs that a task starts."""
        for stream in self.replaced:
            with contextlib.suppress(Exception):
                return int(stream.fileno())
        raise io.UnsupportedOperation(f"{self.name} has no descriptor")


class Post:
    """Hands over what was collected, one piece after the other; both streams share it.

    Parameters
    ----------
    send : callable
        As for `take_over`.
    """

    def __init__(self, send: Send):
        self.send, self.pid = send, os.getpid()
        self.lock = threading.RLock()
        self.waiting: collections.deque[tuple[str, bytes]] = collections.deque()

    def __call__(self, collector: Collector, data: bytes) -> None:
        """Send some data, or write it, in a process forked from the worker."""
        if os.getpid() != self.pid:  # and never touch the lock: it may be held for ever here
            with contextlib.suppress(io.UnsupportedOperation):
                write_all(collector.fileno(), data)
            return
        with self.lock:
            self.waiting.append((collector.kind, data))
            if len(self.waiting) == 1:  # else a signal's handler prints in the middle of a send
                self.send_waiting()

    def send_waiting(self) -> None:
        """Send what waits, and what comes meanwhile."""
        try:
            while self.waiting:
                kind, data = self.waiting[0]
                for piece in pieces(data):
                    self.send(kind, piece)
                self.waiting.popleft()
        finally:
            self.waiting.clear()


def pieces(data: bytes) -> Iterator[bytes]:
    """Cut data that is too long to be sent at once: between lines, or else characters."""
    start = 0
    while start < len(data):
        end = start + LONGEST
        if end < len(data):
            end = data.rfind(b"\n", start, end) + 1 or between_characters(data, end)
        yield data[start:end]
        start = end


def between_characters(data: bytes, end: int) -> int:
    """Give the last place up to this one at which no UTF-8 character is cut."""
    for place in range(end, end - 4, -1):
        if data[place] & 0xC0 != 0x80:
            return place
    return end  # this is no UTF-8


def write_all(descriptor: int, data: bytes) -> None:
    """Write to a descriptor, which may take less than it is given."""
    while data:
        data = data[os.write(descriptor, data) :]
