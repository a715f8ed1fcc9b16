"""How a comparison is measured: rounds in turn, another revision beside them, memory apart."""

from __future__ import annotations

import contextlib
import ctypes
import io
import os
import re
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

__all__ = ["Revision", "UnknownRevisionError", "peak_of", "serve", "timed", "unpacked"]

ROOT = Path(__file__).resolve().parents[2]


class UnknownRevisionError(Exception):
    """There is no such revision; the message says so."""


SHORT = 0.2  # seconds of a round that goes twice, and counts the second time


def timed(work: Callable[[], Any], tells_seconds: bool = False, times: int = 1) -> float:
    """Tell how long something took, or what it says itself.

    Parameters
    ----------
    work : callable
        What is done.
    tells_seconds : bool
        Whether it measures itself, in another process, and gives seconds.
    times : int
        How often it does the same.

    Returns
    -------
    float
        Seconds for each time.
    """
    start = time.perf_counter()
    given = work()
    passed = float(given) if tells_seconds else time.perf_counter() - start
    return passed / times


def peak_of(work: Callable[[], Any]) -> float | None:
    """Tell how many bytes something needs at most, in a process of its own.

    The process is forked, so it has all that was prepared. What counts is memory that it did not
    have before; pages of programs that it touches for the first time do not.

    Parameters
    ----------
    work : callable
        What is done.

    Returns
    -------
    float or None
        Bytes; None where that cannot be measured: only Linux tells.
    """
    status = Path("/proc/self/status")
    if not hasattr(os, "fork") or not status.exists():
        return None
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            give_back_free_memory()
            Path("/proc/self/clear_refs").write_text("5")  # the peak is counted from now on
            before = sizes(status)["RssAnon"]
            work()
            after = sizes(status)
            used = after["VmHWM"] - after["RssFile"] - after["RssShmem"] - before
            os.write(writing, str(max(used, 0)).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with open(reading, encoding="ascii") as told:
        said = told.read()
    os.waitpid(child, 0)
    return 1024.0 * int(said) if said else None


def give_back_free_memory() -> None:
    """Return what was freed to the system: else it could be used again without being seen."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def sizes(status: Path) -> dict[str, int]:
    """Read what the kernel says of this process, in kB."""
    return {name: int(kb) for name, kb in re.findall(r"(\w+):\s+(\d+) kB", status.read_text())}


def unpacked(revision: str, folder: Path) -> list[str]:
    """Unpack the packages as they were in a revision.

    Parameters
    ----------
    revision : str
        What git knows it by.
    folder : Path
        Where to put it.

    Returns
    -------
    list of str
        Where to import them from.

    Raises
    ------
    UnknownRevisionError
        Git knows no such revision.
    """
    command = ["git", "archive", "--format=tar", revision, "packages"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True)
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise UnknownRevisionError(f"--rev {revision}: {said[-1] if said else 'git failed'}")
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        archive.extractall(folder, filter="data")
    return [str(source) for source in sorted(folder.glob("packages/*/src"))]


class Revision:
    """A revision of ours, in a process that does a round whenever it is asked.

    The process runs the same benchmark: it comes to the same data, and then waits.

    Parameters
    ----------
    test : str
        The benchmark, as pytest names it.
    sources : sequence of str
        Where it is imported from; none for this one.
    options : sequence of str
        More for pytest.
    """

    def __init__(self, test: str, sources: Sequence[str], options: Sequence[str] = ()):
        asked, asking = os.pipe()
        answered, answering = os.pipe()
        paths = [*sources, os.environ.get("PYTHONPATH", "")]
        self.child = subprocess.Popen(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options,
             f"--serve={asked},{answering}", test],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))},
            pass_fds=(asked, answering),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )  # fmt: skip
        os.close(asked)
        os.close(answering)
        self.ask = open(asking, "w", encoding="ascii")  # noqa: SIM115 - closed by `close`
        self.answer = open(answered, encoding="ascii")  # noqa: SIM115
        self.ready = bool(self.answer.readline())

    def round(self) -> float:
        """Have one round done; give its seconds."""
        print("go", file=self.ask, flush=True)
        return float(self.answer.readline())

    def close(self) -> str:
        """End the process; give what it said."""
        with contextlib.suppress(BrokenPipeError):  # it has ended by itself
            print("end", file=self.ask, flush=True)  # workers forked here keep the pipe open
        with contextlib.suppress(BrokenPipeError):
            self.ask.close()
        self.answer.close()
        said, _ = self.child.communicate()
        return said.decode(errors="replace")


def serve(where: str, rounds: Callable[[], float]) -> None:
    """Do a round whenever the parent asks, until it says that this is the end, or goes.

    Parameters
    ----------
    where : str
        Two numbers of open files, to read from and to write to.
    rounds : callable
        Does a round, and gives its seconds.
    """
    asked, answering = map(int, where.split(","))
    with open(asked, encoding="ascii") as ask, open(answering, "w", encoding="ascii") as answer:
        print("ready", file=answer, flush=True)
        for _ in iter(lambda: ask.readline() == "go\n", False):
            seconds = rounds()
            if seconds < SHORT:  # the data may have left the cache while others had their turns
                seconds = rounds()
            print(repr(seconds), file=answer, flush=True)
