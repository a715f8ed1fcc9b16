"""How worker processes are started here: by fork where it is safe, else by spawn.

Fork copies a process with one of its threads. What the other threads were doing
stays half done in the copy, and most libraries are ready for that; GNU OpenMP is
not: once it has started its team of threads, the next parallel region in a
forked child waits for ever.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time

__all__ = ["start_method"]

SPIN = 0.3  # seconds; pools of threads, OpenBLAS's too, spin for a while before they sleep


def start_method() -> tuple[str, str]:
    """Say how worker processes are started here, and why.

    Returns
    -------
    method : {"fork", "spawn"}
        Fork wherever it is safe.
    reason : str
        A sentence's end.
    """
    if not sys.platform.startswith("linux"):
        return "spawn", f"fork is not safe on {sys.platform}"
    if openmp_team_runs():
        return "spawn", "GNU OpenMP has started threads here, and would hang in a forked process"
    return "fork", "it is the fastest way, and safe here"


def openmp_team_runs() -> bool:
    """Tell whether a thread waits inside GNU OpenMP's library: a team was started.

    A thread that sleeps has its instruction pointer where it will wake up, and
    the kernel tells it. OpenBLAS and Python's own threads wait elsewhere.
    """
    spans = library_spans("libgomp")
    deadline = time.monotonic() + SPIN
    while spans:
        places = [place_of(thread) for thread in foreign_threads()]
        if any(start <= place < end for place in places if place for start, end in spans):
            return True
        if None not in places:
            return False
        if time.monotonic() > deadline:
            return True  # somebody is at work, and it may be a team
        time.sleep(0.002)
    return False


def foreign_threads() -> list[str]:
    """List the threads that Python has not started, by their number."""
    ours = {str(thread.native_id) for thread in threading.enumerate()}
    return [thread for thread in os.listdir("/proc/self/task") if thread not in ours]


def library_spans(library: str) -> list[tuple[int, int]]:
    """List the addresses at which a library is loaded."""
    spans = []
    with contextlib.suppress(OSError), open("/proc/self/maps") as maps:
        for line in maps:
            if library in line:
                start, end = line.split()[0].split("-")
                spans.append((int(start, 16), int(end, 16)))
    return spans


def place_of(thread: str) -> int | None:
    """Give the address at which a thread sleeps; None if it runs, 0 if it has ended."""
    try:
        with open(f"/proc/self/task/{thread}/syscall") as file:
            return int(file.read().split()[-1], 16)  # the last number is the instruction pointer
    except FileNotFoundError:
        return 0
    except (OSError, ValueError, IndexError):  # "running", or the kernel does not tell
        return None
