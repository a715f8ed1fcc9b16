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
    if not spans:
        return False
    for _ in range(5):
        places = [syscall_of(thread) for thread in os.listdir("/proc/self/task")]
        sleeping = [int(place.split()[-1], 16) for place in places if place[-1:] != "g"]
        if any(start <= place < end for place in sleeping for start, end in spans):
            return True
        if len(sleeping) == len(places):
            return False
        time.sleep(0.002)  # somebody is "running": a team spins a little before it sleeps
    return True


def library_spans(library: str) -> list[tuple[int, int]]:
    """List the addresses at which a library is loaded."""
    spans = []
    with contextlib.suppress(OSError), open("/proc/self/maps") as maps:
        for line in maps:
            if library in line:
                start, end = line.split()[0].split("-")
                spans.append((int(start, 16), int(end, 16)))
    return spans


def syscall_of(thread: str) -> str:
    """Give the kernel's line about what a thread does; "running" if it does not wait."""
    if int(thread) == threading.get_native_id():
        return "0x0"
    try:
        with open(f"/proc/self/task/{thread}/syscall") as file:
            return file.read().strip() or "running"
    except FileNotFoundError:
        return "0x0"  # it has ended
    except OSError:
        return "running"
