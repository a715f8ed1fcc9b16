"""Never compute twice: a memory is a folder, and what functions returned is kept in it.

The talk's slides call it lazy evaluation: *do not compute again what is computed
already*. `Memory` knows where and how; `faineant.cached` has the way of a call.
"""

from __future__ import annotations

import datetime
import functools
import inspect
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, overload

from faineant.awaited import AsyncCachedFunction, AsyncPlainFunction
from faineant.cached import CachedFunction
from faineant.calls import check_function, checked_names, signature_of
from faineant.entries import Entry
from faineant.identity import checked_uses
from faineant.plain import PlainFunction
from faineant.store import Settings, Store
from faineant.tally import CacheInfo, Tally
from faineant.travel import bind_all
from faineant.units import in_bytes

__all__ = ["CacheInfo", "CachedFunction", "Memory"]

P = ParamSpec("P")
R = TypeVar("R")
MAP_MODES = (None, "r", "r+", "c")


class Memory:
    """Remembers on disk what functions return.

    Parameters
    ----------
    location : path-like or None
        The folder to keep results in; made when the first one is kept. A ``~`` in
        front stands for the user's own. With None nothing is kept, and functions
        just run.
    backend : {"local"}
        Accepted for programs written for joblib; results are kept in files.
    mmap_mode : {"c", "r", "r+", None}
        How large arrays of a result are mapped: "c", so that they can be changed
        and the file cannot; "r", read-only; None, read into memory. "r+" means
        "c": what is kept is never changed.
    compress : bool or int
        Whether files are compressed with zlib, and how well, 1 to 9; True is 3.
        What is compressed cannot be mapped.
    verbose : int
        0 says nothing; from 1 on, each call that has to be computed is printed.
    backend_options : None
        Accepted for programs written for joblib if there are none.
    limit : int or str, optional
        The most that is kept, in bytes or as ``"5 GB"``. What is asked for least,
        takes most room and is cheapest to compute goes first. It is exceeded by no
        more than what is being written.
    level : {"disk", "memory"}
        With "memory", what this process has read is handed out again
        without looking at the disk, each time as a copy. What another process
        forgets meanwhile is noticed late.
    memory_limit : int or str
        How much of that there may be.
    verify : {"once", "always"}
        How often large arrays are checked against their hashes: once for each
        process and file, or at each load. All else is checked whenever it is read.
    cachedir : path-like or None
        Another name for `location`, the talk's.

    Raises
    ------
    TypeError
        Both names were given, or the location is no path.
    ValueError
        Another value is not among those above.
    NotADirectoryError
        The location is a file.

    Examples
    --------
    >>> import tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> memory = Memory(folder.name)
    >>> @memory.cache
    ... def double(x):
    ...     return 2 * x
    >>> double(21)
    -----
    [Memory] Calling double...
    double(21)
    <BLANKLINE>
    -----double - 0.0s
    42
    >>> double(x=21)
    42
    >>> memory.cache_info().hits
    1
    >>> folder.cleanup()
    """

    def __init__(
        self,
        location: str | os.PathLike[str] | None = None,
        backend: str = "local",
        mmap_mode: str | None = "c",
        compress: bool | int = False,
        verbose: int = 1,
        backend_options: dict[str, Any] | None = None,
        *,
        limit: float | str | None = None,
        level: str = "disk",
        memory_limit: float | str = "256 MB",
        verify: str = "once",
        cachedir: str | os.PathLike[str] | None = None,
    ):
        if location is not None and cachedir is not None:
            raise TypeError(
                f"location={location!r} and cachedir={cachedir!r} are two names for one thing; "
                "give one of them"
            )
        self.location = checked_location(location if location is not None else cachedir)
        check_backend(backend, backend_options)
        self.backend, self.verbose = backend, verbose
        self.mmap_mode, self.compress = checked_mode(mmap_mode), compress
        self.limit, self.level, self.memory_limit = limit, level, memory_limit
        self.verify = verify
        self.tally = Tally()
        settings = Settings(
            verify=checked_verify(verify),
            compress=checked_compress(compress),
            limit=None if limit is None else in_bytes(limit, "limit"),
            in_memory=checked_level(level, memory_limit, self.location),
        )
        self.store = None
        if self.location is not None:
            self.store = Store(self.location.absolute(), settings)

    @overload
    def cache(
        self,
        func: None = None,
        ignore: Iterable[str] | None = None,
        verbose: int | None = None,
        mmap_mode: str | bool | None = False,
        cache_validation_callback: Callable[[dict[str, Any]], bool] | None = None,
        *,
        uses: Iterable[Any] = (),
    ) -> Callable[[Callable[P, R]], CachedFunction[P, R]]: ...
    @overload
    def cache(
        self,
        func: Callable[P, R],
        ignore: Iterable[str] | None = None,
        verbose: int | None = None,
        mmap_mode: str | bool | None = False,
        cache_validation_callback: Callable[[dict[str, Any]], bool] | None = None,
        *,
        uses: Iterable[Any] = (),
    ) -> CachedFunction[P, R]: ...

    def cache(
        self,
        func: Any = None,
        ignore: Iterable[str] | None = None,
        verbose: int | None = None,
        mmap_mode: str | bool | None = False,
        cache_validation_callback: Callable[[dict[str, Any]], bool] | None = None,
        *,
        uses: Iterable[Any] = (),
    ) -> Any:
        """Give a function that does what `func` does, and remembers it.

        Parameters
        ----------
        func : callable, optional
            Any function whose result depends only on its arguments and on the
            code and values that it uses, and can be pickled. Left out, a
            decorator is returned: ``@memory.cache(ignore=["verbose"])``.
        ignore : iterable of str
            Parameters that make no difference to the result.
        verbose : int, optional
            Instead of the memory's own.
        mmap_mode : {"c", "r", "r+", None}, optional
            Instead of the memory's own; False means that too.
        cache_validation_callback : callable, optional
            Asked before a remembered result is handed out, with what is known of
            it: a dict with ``duration``, ``time`` and ``input_args``. Unless it
            says True, the call is computed again. See `expires_after`.
        uses : iterable of callable or path-like
            What else the result depends on and cannot be seen in the code:
            functions that it looks up by name, and files that it reads.

        Returns
        -------
        CachedFunction
            Called like `func`. A `PlainFunction`, with the same methods, if the
            memory has no location.

        Raises
        ------
        TypeError
            What a call of `func` returns cannot be kept, such as a generator;
            or it is no function at all.
        ValueError
            `ignore` names something that is no parameter.
        FileNotFoundError
            `uses` names a file that is not there.
        """
        options: dict[str, Any] = {
            "ignore": ignore,
            "verbose": verbose,
            "mmap_mode": mmap_mode,
            "cache_validation_callback": cache_validation_callback,
            "uses": uses,
        }
        if func is None:
            return functools.partial(self.cache, **options)
        if isinstance(func, CachedFunction | PlainFunction):
            made = self.cache(func.__wrapped__, **options)
            return bind_all(made, func.bound)
        check_callback(cache_validation_callback)
        mode = self.mmap_mode if mmap_mode is False else checked_mode(mmap_mode)
        waits = inspect.iscoroutinefunction(func)
        if self.store is None:
            check_function(func)
            ignored = checked_names(func, signature_of(func), ignore)
            plain = AsyncPlainFunction if waits else PlainFunction
            return plain(func).prepared(ignored, checked_uses(uses))
        cached = AsyncCachedFunction if waits else CachedFunction
        return cached(
            self,
            self.store,
            func,
            ignore=ignore,
            verbose=verbose,
            mmap_mode=mode,
            validate=cache_validation_callback,
            uses=uses,
        )

    def eval(self, func: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Call a function, or remember what it returned.

        Parameters
        ----------
        func : callable
            As for `cache`.
        *args, **kwargs
            Its arguments.

        Returns
        -------
        object
            What `func` returns.
        """
        return self.cache(func)(*args, **kwargs)

    def clear(self, warn: bool = True) -> None:
        """Forget all results in this location; other files in it stay.

        Parameters
        ----------
        warn : bool
            Accepted for programs written for joblib; nothing is said either way.
        """
        if self.store is not None:
            self.store.clear()

    def reduce_size(
        self,
        bytes_limit: float | str | None = None,
        items_limit: int | None = None,
        age_limit: datetime.timedelta | None = None,
    ) -> None:
        """Remove results until what is kept is within limits.

        What is asked for least, takes most room and is cheapest to compute goes first.

        Parameters
        ----------
        bytes_limit : int or str, optional
            The most bytes to keep; by default the memory's own `limit`.
        items_limit : int, optional
            The most results to keep.
        age_limit : datetime.timedelta, optional
            What nobody has asked for so long goes in any case.

        Raises
        ------
        ValueError
            A limit is negative.
        """
        if items_limit is not None and items_limit < 0:
            raise ValueError(f"items_limit={items_limit} is negative; give the most results")
        if age_limit is not None and age_limit.total_seconds() < 0:
            raise ValueError(f"age_limit={age_limit} is negative; give how old results may be")
        most = self.limit if bytes_limit is None else bytes_limit
        size = None if most is None else 0 if most == 0 else in_bytes(most, "bytes_limit")
        age = None if age_limit is None else age_limit.total_seconds()
        if self.store is not None:
            self.store.reduce(size, items_limit, age)

    def entries(self) -> list[Entry]:
        """List what is kept in this location.

        Returns
        -------
        list of Entry
            Of all functions and users, the newest last.
        """
        return [] if self.store is None else self.store.entries()

    def cache_info(self) -> CacheInfo:
        """Tell what this memory was good for so far, in this process.

        Returns
        -------
        CacheInfo
            Sums over all of its functions.
        """
        return self.tally.info

    def __repr__(self) -> str:
        location = None if self.location is None else str(self.location)
        return f"Memory({location!r}, verbose={self.verbose})"

    def __deepcopy__(self, memo: Any) -> Memory:
        return self  # a copy of an estimator shares its memory, which counts for all

    def __reduce__(self) -> tuple[Any, ...]:
        options = {
            "mmap_mode": self.mmap_mode,
            "compress": self.compress,
            "verbose": self.verbose,
            "limit": self.limit,
            "level": self.level,
            "memory_limit": self.memory_limit,
            "verify": self.verify,
        }
        location = None if self.store is None else str(self.store.location)
        return rebuild_memory, (location, options)


def checked_location(location: Any) -> Path | None:
    """Give the folder to keep results in, or say why it is none."""
    if location is None:
        return None
    if not isinstance(location, str | os.PathLike):
        raise TypeError(f"location={location!r} is no path; give a folder, or None to keep nothing")
    folder = Path(os.fspath(location)).expanduser()
    if os.path.exists(folder) and not folder.is_dir():
        raise NotADirectoryError(
            f"location={str(folder)!r} is a file; give a folder, or a path where one can be made"
        )
    return folder


def check_backend(backend: str, options: dict[str, Any] | None) -> None:
    """Refuse what joblib's other stores need: here results are files, and nothing else."""
    if backend != "local":
        raise ValueError(
            f"backend={backend!r}: results are kept in files, backend='local'; a mounted folder "
            "takes the place of other stores"
        )
    if options:
        raise ValueError(
            f"backend_options={options!r}: there are none; compress, mmap_mode and verify are "
            "parameters of Memory"
        )


def checked_mode(mode: Any) -> str | None:
    """Give how to map arrays, or say what is possible."""
    if mode in MAP_MODES and not isinstance(mode, bool):
        return mode  # type: ignore[no-any-return]
    raise ValueError(
        f"mmap_mode={mode!r}: it is 'c', 'r', 'r+' or None; 'w+' would empty what was kept"
    )


def checked_verify(verify: str) -> str:
    """Give how often to verify, or say what is possible."""
    if verify not in ("once", "always"):
        raise ValueError(f"verify={verify!r}: it is 'once' for each file and process, or 'always'")
    return verify


def checked_compress(compress: bool | int | None) -> int:
    """Give the level of compression, or say what is possible."""
    if compress is True:
        return 3
    if compress is None or compress is False:
        return 0
    if isinstance(compress, int) and 0 <= compress <= 9:
        return compress
    raise ValueError(f"compress={compress!r}: it is True, False, or a level of zlib from 0 to 9")


def checked_level(level: str, limit: float | str, location: Path | None) -> int | None:
    """Give how many bytes to hand out from memory, or say what is possible."""
    if level not in ("disk", "memory"):
        raise ValueError(f"level={level!r}: it is 'disk', or 'memory' in front of the disk")
    if level == "memory" and location is None:
        raise ValueError("level='memory' stands in front of a disk; give a location, too")
    most = in_bytes(limit, "memory_limit")
    return most if level == "memory" else None


def check_callback(callback: Any) -> None:
    """Refuse a check that cannot be called."""
    if callback is not None and not callable(callback):
        raise TypeError(
            f"cache_validation_callback={callback!r} cannot be called; give a function, such as "
            "expires_after(days=1)"
        )


def rebuild_memory(location: str | None, options: dict[str, Any]) -> Memory:
    """Make a memory anew, as in another process."""
    return Memory(location, **options)
