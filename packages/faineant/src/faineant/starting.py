"""How workers are started here: by fork where it is safe, else by spawn.

Fork copies a process with one of its threads. What the other threads were doing
stays half done in the copy, and most libraries are ready for that. Two are not:

- **GNU OpenMP**: once it has started its team of threads, the next parallel
  region in a forked child waits for ever.
- **CUDA**: once it is initialised, a forked child cannot use the GPU, neither
  through what it has inherited nor by starting afresh.

To initialise, CUDA's library opens the GPU's device files and keeps them open. So
a process that has the library mapped and such a file open has CUDA in use. One
that has only loaded the library has no file open; one that only reads the GPU's
temperature (NVML) has files open, but not this library. With both it is not
forked either: a fresh interpreter is slower to start, and never wrong.

Linux tells both under ``/proc/self``.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from pathlib import Path

__all__ = ["start_method", "threads_are_free"]

PROCESS = Path("/proc/self")  # what Linux tells about this process
# An NVIDIA card's files; then a Jetson's, and those of Windows' own Linux.
GPU_FILES = ("/dev/nvidia", "/dev/nvhost", "/dev/nvmap", "/dev/dxg")
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
    if cuda_is_used():
        return "spawn", "CUDA is in use here, and a forked process could not use the GPU"
    if openmp_team_runs():
        return "spawn", "GNU OpenMP has started threads here, and would hang in a forked process"
    return "fork", "it is the fastest way, and safe here"


def threads_are_free() -> bool:
    """Tell whether this Python's threads run at the same time, without a global lock.

    Returns
    -------
    bool
        True in a free-threaded Python, as long as no extension module has
        brought the lock back.

    Examples
    --------
    >>> threads_are_free() in (True, False)
    True
    """
    lock_is_used = getattr(sys, "_is_gil_enabled", None)  # Python 3.13 has it
    return lock_is_used is not None and not lock_is_used()


def cuda_is_used() -> bool:
    """Tell whether a file of a GPU is open, and CUDA's library is there to use it."""
    return any(file.startswith(GPU_FILES) for file in open_files()) and bool(
        library_spans("/libcuda.so")
    )


def open_files() -> list[str]:
    """List the files that are open in this process."""
    files = []
    with contextlib.suppress(OSError):  # no such folder
        for link in os.listdir(PROCESS / "fd"):
            with contextlib.suppress(OSError):  # closed meanwhile
                files.append(os.readlink(PROCESS / "fd" / link))
    return files


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
    return [thread for thread in os.listdir(PROCESS / "task") if thread not in ours]


def library_spans(library: str) -> list[tuple[int, int]]:
    """List the addresses at which a library is loaded."""
    spans = []
    with contextlib.suppress(OSError), open(PROCESS / "maps") as maps:
        for line in maps:
            if library in line:
                start, end = line.split()[0].split("-")
                spans.append((int(start, 16), int(end, 16)))
    return spans


def place_of(thread: str) -> int | None:
    """Give the address at which a thread sleeps; None if it runs, 0 if it has ended."""
    try:
        with open(PROCESS / "task" / thread / "syscall") as file:
            return int(file.read().split()[-1], 16)  # the last number is the instruction pointer
    except FileNotFoundError:
        return 0
    except (OSError, ValueError, IndexError):  # "running", or the kernel does not tell
        return None
