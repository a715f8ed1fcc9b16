"""What happens in a worker process, and how tasks and results travel to and from it.

A worker answers each message with one. A message is a kind, one byte, and a
pickle whose large buffers travel beside it: ``t`` is a task, ``k`` one whose
function the worker has inherited; ``=`` is a result, ``!`` an error with its
traceback, ``?`` says that a task could not be unpickled, and ``h`` that a fresh
interpreter is ready.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import struct
import sys
import threading
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

__all__ = [
    "HERE",
    "Task",
    "TaskError",
    "inside_worker",
    "packed",
    "receive",
    "send",
    "serve",
    "unpacked",
]

Task: TypeAlias = tuple[Callable[..., Any], Sequence[Any], Mapping[str, Any]]


class TaskError(RuntimeError):
    """A task could not be handed to a worker, or could not hand over its result."""


class Here(threading.local):
    """Whether this thread is a worker's."""

    works = False


HERE = Here()
PROCESS_WORKS = False


def inside_worker() -> bool:
    """Tell whether this code is run by a worker, where nested loops run serially.

    Returns
    -------
    bool
        True in a worker process, all of it, and in a worker thread.
    """
    return PROCESS_WORKS or HERE.works


def serve(connection: Any, known: dict[int, Any] | None = None, first: Task | None = None) -> None:
    """Run tasks, first the inherited one, until the parent closes the pipe."""
    settle()
    with contextlib.suppress(EOFError, OSError):
        if first is not None:
            answer(connection, first)
            first = None
        else:
            send(connection, b"h", packed(None))
        while True:
            kind, pieces = receive(connection)
            try:
                function, args, kwargs = unpacked(pieces)
                task = (known or {})[function] if kind == b"k" else function, args, kwargs
            except Exception as error:
                send(connection, b"?", packed(f"{type(error).__name__}: {error}"))
                continue
            answer(connection, task)
            del pieces, task, function, args, kwargs  # the next task may need the room


def settle() -> None:
    """Become a worker: the parent decides about Ctrl-C, and nested loops run serially."""
    global PROCESS_WORKS
    PROCESS_WORKS = True
    # A handler, not SIG_IGN: programs that a task starts would inherit that.
    signal.signal(signal.SIGINT, lambda number, frame: None)
    if hasattr(signal, "pthread_sigmask"):  # held back while this process was forked
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    sys.stdin = open(os.devnull)  # noqa: SIM115
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()  # else all workers would draw the same numbers


def answer(connection: Any, task: Task) -> None:
    """Run a task and send what came of it."""
    function, args, kwargs = task
    try:
        value = function(*args, **kwargs)
    except BaseException as error:
        kind, content = b"!", described(error)
    else:
        try:
            kind, content = b"=", packed(value)
        except Exception as error:
            problem = TaskError(
                f"its result, a {type(value).__name__}, cannot be pickled ({error}); return "
                "something plainer"
            )
            kind, content = b"!", packed((problem, ""))
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            stream.flush()
    send(connection, kind, content)


def described(error: BaseException) -> list[memoryview]:
    """Pack an error and its traceback; one that cannot travel is told in words."""
    trace = "".join(traceback.format_exception(error))
    if isinstance(error, SystemExit):
        error = TaskError(f"it called sys.exit({error.code!r})")
    try:
        content = packed((error, trace))
        unpacked([memoryview(bytes(piece)) for piece in content])
    except Exception as problem:
        kind = type(error)
        told = TaskError(
            f"{kind.__module__}.{kind.__qualname__}: {error} (the exception itself cannot be "
            f"pickled: {problem})"
        )
        content = packed((told, trace))
    return content


def packed(value: Any) -> list[memoryview]:
    """Pickle a value; large buffers are not copied."""
    buffers: list[pickle.PickleBuffer] = []
    stream = pickle.dumps(value, protocol=5, buffer_callback=buffers.append)
    return [memoryview(stream), *(buffer.raw() for buffer in buffers)]


def unpacked(pieces: Sequence[Any]) -> Any:
    """Give the value back."""
    return pickle.loads(pieces[0], buffers=pieces[1:])


def send(connection: Any, kind: bytes, pieces: Iterable[memoryview]) -> None:
    """Send a message: its kind, one byte, and the pieces."""
    stream, *buffers = pieces
    sizes = struct.pack(f">B{len(buffers)}Q", 0, *(buffer.nbytes for buffer in buffers))
    connection.send_bytes(kind + struct.pack(">Q", len(sizes)) + sizes + stream)
    for buffer in buffers:
        if buffer.nbytes:
            connection.send_bytes(buffer)


def receive(connection: Any) -> tuple[bytes, list[Any]]:
    """Receive a message; what is received can be written to."""
    message = memoryview(connection.recv_bytes())
    (length,) = struct.unpack(">Q", message[1:9])
    _, *sizes = struct.unpack(f">B{(length - 1) // 8}Q", message[9 : 9 + length])
    buffers = [bytearray(size) for size in sizes]
    for buffer in buffers:
        if buffer:
            connection.recv_bytes_into(buffer)
    return bytes(message[:1]), [message[9 + length :], *buffers]
