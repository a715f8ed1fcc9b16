"""The threads of BLAS and OpenMP in this process: how many they are, and how to have fewer.

numpy's linear algebra and scikit-learn's loops use every core. When several
workers do so at once, they are in each other's way. A library can be told in two ways:

- before it is loaded, by the **environment**: it reads a variable such as
  ``OMP_NUM_THREADS`` once, and programs that are started inherit it;
- when it is loaded, by its **own call**, which is reached with `ctypes`.

`limit` does both. Which libraries are loaded, Linux tells in ``/proc/self/maps``,
and a library is known by the names of its calls: OpenBLAS, MKL, BLIS, and the
OpenMP of GNU, LLVM and Intel. On macOS and Windows only the environment is set.
That is enough for a worker there: it is a fresh interpreter, limited before it
loads anything.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ctypes

__all__ = ["limit", "limit_libraries", "limited_variables", "threads"]

GENERAL = "OMP_NUM_THREADS"  # most of the others fall back to it
VARIABLES = (
    GENERAL,
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
)

OPENBLAS = "{}openblas_{}_num_threads{}"
# The file's name, and the names of the calls that may be in it: one to ask, one to set. A file
# called libblas or liblapack may be any of these libraries. The wheels of numpy and scipy put
# words before and behind the names of OpenBLAS's calls, so that two of them can be loaded.
FAMILIES = (
    (
        re.compile(r"lib(?:\w*openblas|c?blas|lapack|blis|mkl_rt)"),
        (
            *(
                (OPENBLAS.format(before, "get", behind), OPENBLAS.format(before, "set", behind))
                for before in ("", "scipy_")
                for behind in ("", "64_")
            ),
            ("MKL_Get_Max_Threads", "MKL_Set_Num_Threads"),
            ("bli_thread_get_num_threads", "bli_thread_set_num_threads"),
        ),
    ),
    (
        re.compile(r"lib(?:gomp|i?omp)5?[-.]"),
        (("omp_get_max_threads", "omp_set_num_threads"),),
    ),
)


@dataclass(frozen=True)
class Library:
    """A loaded library and its two calls."""

    name: str
    get: Callable[[], int]
    set: Callable[[int], object]


def limit(n: int) -> Callable[[], None]:
    """Let BLAS and OpenMP use at most `n` threads in this process.

    Parameters
    ----------
    n : int
        At least 1. Where the user has set less, by the environment or by a
        call, it stays less.

    Returns
    -------
    callable
        It undoes all that this call did; call it in the same thread.

    Raises
    ------
    TypeError, ValueError
        `n` is no whole number, or less than 1.

    Notes
    -----
    OpenMP keeps its number for each thread: what is loaded is limited in the
    thread that calls, and in what is forked from it.

    A forked worker can be limited before or after the fork. Before is better:
    OpenBLAS starts its threads anew in a forked process as soon as it is told
    anything there, and not at all when the process has inherited a limit of 1.

    Examples
    --------
    >>> undo = limit(1)
    >>> os.environ["OMP_NUM_THREADS"]
    '1'
    >>> undo()
    """
    check_threads(n)
    variables = {name: os.environ.get(name) for name in VARIABLES}
    os.environ.update(limited_variables(n))
    undo_libraries = limit_libraries(n)

    def undo() -> None:
        undo_libraries()
        for name, value in variables.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        variables.clear()  # a second call must not undo what came after the first

    return undo


def limit_libraries(n: int) -> Callable[[], None]:
    """Do of `limit` what concerns the loaded libraries; whoever is forked then inherits it.

    To be told a number makes OpenBLAS start threads, and each of them keeps a core busy for a
    while: forking ends them, so between two forks it should be told nothing.
    """
    higher = [(each, before) for each in libraries() if (before := each.get()) > n]
    for library, _ in higher:
        library.set(n)

    def undo() -> None:
        for library, before in higher:
            library.set(before)
        higher.clear()

    return undo


def threads() -> dict[str, int]:
    """Tell how many threads each loaded library may use.

    Returns
    -------
    dict
        Of the library's file to its number of threads; empty where none is
        loaded, and where this cannot be known (macOS, Windows).

    Examples
    --------
    >>> undo = limit(1)
    >>> set(threads().values()) <= {1}
    True
    >>> undo()
    """
    return {library.name: library.get() for library in look()}


def check_threads(n: int) -> None:
    """Raise unless it is a number of threads."""
    if isinstance(n, bool) or not isinstance(n, int):
        raise TypeError(f"n={n!r} is no whole number of threads; give 1, or more")
    if n < 1:
        raise ValueError(f"n={n} threads could do nothing; give 1, or more")


# -- the environment -------------------------------------------------------------------------------


def limited_variables(n: int) -> dict[str, str]:
    """Give the environment's variables that have to change, and their values."""
    return {
        name: str(min(n, given(GENERAL) or n))
        for name in VARIABLES
        if (own := given(name)) is None or own > n
    }


def given(name: str) -> int | None:
    """Give the number in a variable; OpenMP allows a list, one for each level."""
    first = os.environ.get(name, "").split(",")[0].strip()
    return int(first) or None if first.isdecimal() else None


# -- the libraries ---------------------------------------------------------------------------------

# What was found, and how many modules were loaded then. Looking takes 3 ms where scikit-learn's
# 250 libraries are mapped, so a forked worker uses what its parent has seen, as long as nothing
# was imported since. A library that comes without an import is seen later; it finds the variables.
SEEN: tuple[int, list[Library]] = (0, [])


def libraries() -> list[Library]:
    """Give the loaded libraries that can be told a number of threads."""
    modules, found = SEEN
    return found if modules == len(sys.modules) else look()


def look() -> list[Library]:
    """Look for them."""
    global SEEN
    modules = len(sys.modules)
    found = [library for path in mapped_files() for library in libraries_in(path)]
    SEEN = modules, found
    return found


def mapped_files() -> list[str]:
    """List the files of libraries mapped here that, by their name, may have a pool of threads."""
    try:
        with open("/proc/self/maps", "rb") as file:
            lines = file.read().splitlines()
    except OSError:  # neither macOS nor Windows has it
        return []
    paths = {os.fsdecode(line[line.index(b"/") :]) for line in lines if b"/lib" in line}
    return sorted(path for path in paths if calls_by_name(path))


def calls_by_name(path: str) -> tuple[tuple[str, str], ...]:
    """Give the calls that a file of this name may have."""
    name = os.path.basename(path)
    return next((calls for pattern, calls in FAMILIES if pattern.match(name)), ())


def libraries_in(path: str) -> list[Library]:
    """Give the library in a mapped file, if it has the calls."""
    import ctypes  # only where there is something to call: its import takes 2 ms

    try:
        opened = ctypes.CDLL(path, mode=os.RTLD_NOLOAD)  # the one in memory, or none
    except OSError:  # the file was mapped otherwise, or replaced since
        return []
    for get, set_ in calls_by_name(path):
        if hasattr(opened, get) and hasattr(opened, set_):
            return [Library(path, getattr(opened, get), setter(opened, set_))]
    return []


def setter(opened: ctypes.CDLL, name: str) -> Callable[[int], object]:
    """Give a call that takes a number."""
    import ctypes

    call = getattr(opened, name)
    # BLIS takes 64 bits and the others an int; a register that holds the one holds the other.
    call.argtypes, call.restype = [ctypes.c_ssize_t], None
    return call  # type: ignore[no-any-return]
