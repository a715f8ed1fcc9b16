"""How messages travel between a worker and its parent: over a pair of sockets.

A message is a kind, one byte, and a pickle. Where the pickle has large buffers, all
of it is written into a file in memory that never has a name, and only the file's
descriptor goes over the socket: whoever receives it maps it, each page when it is
first looked at. A map is private, as an array of one's own is. Where descriptors
cannot travel (Windows), the buffers follow the pickle.
"""

from __future__ import annotations

import itertools
import mmap
import os
import pickle
import select
import signal
import socket
import struct
import sys
import tempfile
import threading
import weakref
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

if sys.platform == "linux":
    import fcntl

__all__ = [
    "Lifeline",
    "Parcel",
    "Wire",
    "nameless_file",
    "packed",
    "plain_dumps",
    "readable",
    "unpacked",
]

HEAD = struct.Struct(">cBHQ")  # kind, whether in a file, number of buffers, length of the pickle
LARGE = 1 << 18  # bytes; below, a copy through the socket is faster than a file
ALIGNED = 64
AT_ONCE = 1 << 16
CAN_PASS = hasattr(socket, "send_fds")
MAPS: weakref.WeakSet[mmap.mmap] = weakref.WeakSet()
MOST_MAPS = 100  # each keeps a descriptor, and a process may have some thousand; others are read
CLOEXEC = getattr(socket, "MSG_CMSG_CLOEXEC", 0)

Dumps = Callable[[Any, Callable[[pickle.PickleBuffer], Any]], bytes]


class Parcel:
    """A pickled value whose large buffers lie beside it, not copied.

    Parameters
    ----------
    stream : bytes
        The pickle.
    buffers : list of memoryview
        Its large buffers.
    """

    def __init__(self, stream: bytes, buffers: list[memoryview]):
        self.stream, self.buffers = stream, buffers
        self.file: int | None = None

    @property
    def beside(self) -> int:
        """The bytes that lie beside the pickle."""
        return sum(buffer.nbytes for buffer in self.buffers)

    @property
    def sizes(self) -> list[int]:
        """The bytes of the pickle and of each buffer."""
        return [len(self.stream), *(buffer.nbytes for buffer in self.buffers)]

    def lay_out(self) -> None:
        """Write what is large into a file without a name.

        Raises
        ------
        OSError
            There is no room for it.
        """
        if self.file is None and CAN_PASS and (self.buffers or len(self.stream) >= LARGE):
            file = nameless_file()
            try:
                *starts, end = offsets(self.sizes)
                for piece, start in zip((self.stream, *self.buffers), starts, strict=True):
                    write_at(file, piece, start)
                os.ftruncate(file, end)
            except BaseException:
                os.close(file)
                raise
            self.file = file

    def close(self) -> None:
        """Let the file go: whoever has received it has it still."""
        if self.file is not None:
            os.close(self.file)
            self.file = None


def plain_dumps(value: Any, beside: Callable[[pickle.PickleBuffer], Any]) -> bytes:
    """Pickle a value, its buffers given to a function."""
    return pickle.dumps(value, protocol=5, buffer_callback=beside)


def packed(value: Any, dumps: Dumps = plain_dumps) -> Parcel:
    """Pickle a value; its large buffers stay where they are.

    Parameters
    ----------
    value : object
        Anything that can be pickled.
    dumps : callable
        What pickles it, given the function that takes its buffers.

    Returns
    -------
    Parcel
        To be sent.
    """
    buffers: list[memoryview] = []

    def beside(buffer: pickle.PickleBuffer) -> bool:
        """Take a large buffer; true for a small one, which stays in the pickle."""
        small = memoryview(buffer).nbytes < LARGE
        if not small:
            buffers.append(buffer.raw())
        return small

    return Parcel(dumps(value, beside), buffers)


def unpacked(pieces: Sequence[Any]) -> Any:
    """Give the value back."""
    return pickle.loads(pieces[0], buffers=pieces[1:])


class Wire:
    """One end of the connection between a worker and its parent.

    Parameters
    ----------
    connection : socket.socket
        This end; it blocks.
    """

    def __init__(self, connection: socket.socket):
        self.socket = connection
        self.received = bytearray()
        self.files: deque[int] = deque()
        # In a worker, a task's threads print while it sends, and so may a signal's handler.
        self.turn, self.sending = threading.RLock(), False
        self.waiting: deque[tuple[bytes, Parcel]] = deque()

    def fileno(self) -> int:
        """Give the socket's number."""
        return self.socket.fileno()

    def send(self, kind: bytes, parcel: Parcel) -> None:
        """Send a message, and let its file go.

        Parameters
        ----------
        kind : bytes
            One byte.
        parcel : Parcel
            What to send.

        Raises
        ------
        OSError
            Nobody is there to receive it, or there is no room for the file.
        """
        parcel.lay_out()
        self.waiting.append((kind, parcel))
        with self.turn:
            if self.sending:
                return  # a handler's message, in the middle of this thread's: it goes next
            self.sending = True
            try:
                while self.waiting:
                    self.send_now(*self.waiting.popleft())
            finally:
                self.sending = False

    def send_now(self, kind: bytes, parcel: Parcel) -> None:
        """Send a message whole."""
        length, *sizes = parcel.sizes
        head = HEAD.pack(kind, parcel.file is not None, len(sizes), length)
        head += struct.pack(f">{len(sizes)}Q", *sizes)
        try:
            if parcel.file is not None:
                sent = socket.send_fds(self.socket, [head], [parcel.file])
                if sent < len(head):
                    self.socket.sendall(head[sent:])
                return
            self.socket.sendall(head + parcel.stream)
            for buffer in parcel.buffers:
                self.socket.sendall(buffer)
        finally:
            parcel.close()

    def receive(self) -> tuple[bytes, list[Any]]:
        """Receive a message, after waiting for it.

        Returns
        -------
        kind : bytes
            One byte.
        pieces : list
            The pickle and its buffers; they can be written to.

        Raises
        ------
        EOFError, OSError
            The other end has gone.
        """
        kind, in_file, count, length = HEAD.unpack(self.exactly(HEAD.size))
        sizes = [length, *struct.unpack(f">{count}Q", self.exactly(8 * count))]
        if in_file:
            return kind, mapped(self.files.popleft(), sizes)
        return kind, [self.exactly(size) for size in sizes]

    def exactly(self, size: int) -> bytearray:
        """Receive so many bytes."""
        while len(self.received) < min(size, AT_ONCE):
            self.received += self.some()
        found = self.received[:size]
        del self.received[:size]
        if len(found) < size:
            start = len(found)
            found += bytes(size - start)
            rest = memoryview(found)[start:]
            while rest:
                count = self.socket.recv_into(rest)
                if not count:
                    raise EOFError("the other end has gone")
                rest = rest[count:]
        return found

    def some(self) -> bytes:
        """Receive what is there, and the files that come with it."""
        if CAN_PASS:
            # What came with a file ends where the next file's message begins.
            data, files, _, _ = socket.recv_fds(self.socket, AT_ONCE, 4, CLOEXEC)
            self.files.extend(files)
        else:
            data = self.socket.recv(AT_ONCE)
        if not data:
            raise EOFError("the other end has gone")
        return data

    def close(self) -> None:
        """Close this end."""
        self.socket.close()
        while self.files:
            os.close(self.files.popleft())


def readable(wires: Sequence[Wire], timeout: float | None) -> list[Wire]:
    """Wait until something has come over one of some wires, at most so many seconds."""
    early = [wire for wire in wires if wire.received]
    if early:
        return early
    if not hasattr(select, "poll"):
        return list(select.select(wires, [], [], timeout)[0])
    poll, by_number = select.poll(), {wire.fileno(): wire for wire in wires}
    for number in by_number:
        poll.register(number, select.POLLIN)
    found = poll.poll(None if timeout is None else 1000 * timeout)
    return [by_number[number] for number, _ in found]


# -- files without a name -------------------------------------------------------------------------


def nameless_file() -> int:
    """Open a file that has no name, in memory where the system can; give its descriptor."""
    if hasattr(os, "memfd_create"):
        return os.memfd_create("faineant", os.MFD_CLOEXEC)
    descriptor, name = tempfile.mkstemp(prefix="faineant-")
    os.unlink(name)
    return descriptor


def offsets(sizes: Sequence[int]) -> list[int]:
    """Say where in a file pieces of these sizes begin, and where the last one ends."""
    return [0, *itertools.accumulate(size + -size % ALIGNED for size in sizes)]


def write_at(file: int, piece: Any, offset: int) -> None:
    """Write all of a piece at its place."""
    rest = memoryview(piece)
    while rest:
        count = os.pwrite(file, rest, offset)
        rest, offset = rest[count:], offset + count


def mapped(file: int, sizes: Sequence[int]) -> list[memoryview]:
    """Map a file's pieces, and let the file itself go."""
    *starts, end = offsets(sizes)
    try:
        if len(MAPS) < MOST_MAPS:
            whole: Any = mmap.mmap(file, end, access=mmap.ACCESS_COPY)
            MAPS.add(whole)
        else:
            whole = bytearray(end)
            read_whole(file, whole)
    finally:
        os.close(file)
    memory = memoryview(whole)
    return [memory[start : start + size] for start, size in zip(starts, sizes, strict=True)]


def read_whole(file: int, memory: bytearray) -> None:
    """Fill memory with what is in a file."""
    rest, offset = memoryview(memory), 0
    while rest:
        count = os.preadv(file, [rest], offset)
        if not count:
            raise EOFError("the file is shorter than was said")
        rest, offset = rest[count:], offset + count


class Lifeline:
    """A pipe that ends with the parent: then the worker is killed, whatever it does.

    Nothing is ever written to it. Linux sends a signal when the end closes that only the
    parent has, and no thread needs to watch it. Elsewhere a worker goes after its batch.
    """

    def __init__(self, inlet: int = -1, outlet: int = -1):
        if inlet < 0:
            inlet, outlet = os.pipe()
        self.inlet, self.outlet = inlet, outlet

    def hold(self) -> None:
        """Go with the parent from now on; for the worker."""
        if self.outlet >= 0:
            os.close(self.outlet)
            self.outlet = -1
        if sys.platform == "linux":
            fcntl.fcntl(self.inlet, fcntl.F_SETOWN, os.getpid())
            fcntl.fcntl(self.inlet, fcntl.F_SETSIG, signal.SIGKILL)
            flags = fcntl.fcntl(self.inlet, fcntl.F_GETFL)
            fcntl.fcntl(self.inlet, fcntl.F_SETFL, flags | os.O_ASYNC)
            poll = select.poll()
            poll.register(self.inlet, select.POLLIN)
            if poll.poll(0):  # it has gone before
                os._exit(1)

    def close(self) -> None:
        """Close both ends."""
        for end in (self.inlet, self.outlet):
            if end >= 0:
                os.close(end)
        self.inlet = self.outlet = -1
