"""Where results live: one signed file for each key, in a folder for each function.

A file appears whole or not at all: it is written under another name and then
renamed. That unfinished file, locked, is also the claim: whoever holds it
computes, and everybody else who needs the same key waits for the lock, which the
system takes back from an owner that dies. Look up first, claim after.

Where there are no such locks (Windows, some network file systems) nobody waits:
the same key may be computed twice, and the last file to be renamed stays.

No failure here costs a result. A full or read-only disk, or a file that is not
what was written, gives one warning, and the caller computes.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import threading
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from faineant import pack
from faineant.signing import signing_key

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

__all__ = ["CacheWarning", "Claim", "Found", "Store"]

FOLDER = "faineant-1"  # a later format takes another name and leaves this one alone
NO_LOCKS = {errno.ENOLCK, errno.ENOTSUP, errno.EINVAL, errno.ENOSYS}


class CacheWarning(UserWarning):
    """Something keeps a result from being remembered; it is computed instead."""


class Found(NamedTuple):
    """A result that was kept."""

    value: Any
    seconds: float


class Claim:
    """The right to compute one key: a locked file that becomes the entry.

    Parameters
    ----------
    part : Path
        The unfinished file.
    descriptor : int
        It, open and locked.
    """

    def __init__(self, part: Path, descriptor: int):
        self.part, self.descriptor = part, descriptor
        self.kept = False

    @property
    def held(self) -> bool:
        """Whether it is still ours: a forked child has none of its parent's claims."""
        return self.descriptor in DESCRIPTORS


class Held(threading.local):
    """The keys that this thread computes: it must not wait for itself."""

    def __init__(self) -> None:
        self.keys: set[str] = set()


HELD = Held()
DESCRIPTORS: set[int] = set()


def let_go() -> None:
    """Close the claims in a forked child: the lock must not outlive its owner."""
    for descriptor in DESCRIPTORS:
        with contextlib.suppress(OSError):
            os.close(descriptor)
    DESCRIPTORS.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=let_go)


class Store:
    """Results in a folder.

    Parameters
    ----------
    location : Path
        Made when the first result is kept. Only a folder of our own in it is
        ever written to or cleared.
    """

    def __init__(self, location: Path):
        self.location = location
        self.folder = location / FOLDER
        self.warned: set[str] = set()

    def get(self, function: str, key: str) -> Found | None:
        """Look a key up.

        Parameters
        ----------
        function : str
            The function's qualified name.
        key : str
            The key of the call, in hexadecimal.

        Returns
        -------
        Found or None
            None if it is not there, or is not what was written.
        """
        file = self.entry(function, key)
        try:
            with open(file, "rb") as opened:
                value, facts = pack.read(opened, signing_key(), lambda facts: belongs(facts, key))
                return Found(value, facts["seconds"])
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (pack.DamageError, OSError, ValueError, KeyError, TypeError) as error:
            self.warn(f"{file} is not used: {error}; the call is computed again", str(file))
            return None

    def has(self, function: str, key: str) -> bool:
        """Tell whether a key is kept, reading no more than the head of its file."""
        try:
            with open(self.entry(function, key), "rb") as opened:
                belongs(pack.read_header(opened, signing_key())["facts"], key)
                return True
        except (pack.DamageError, OSError, ValueError, KeyError, TypeError):
            return False

    @contextlib.contextmanager
    def claim(self, function: str, key: str) -> Iterator[Claim | None]:
        """Claim a key, after waiting for whoever has it.

        Parameters
        ----------
        function, key : str
            As for `get`. Look it up again inside: the owner may have kept it.

        Yields
        ------
        Claim or None
            None where nothing can be kept or nobody can be made to wait.
        """
        if key in HELD.keys:
            yield None
            return
        claim = self.claimed(function, key)
        HELD.keys.add(key)
        try:
            yield claim
        finally:
            HELD.keys.discard(key)
            if claim is not None:
                release(claim)

    def claimed(self, function: str, key: str) -> Claim | None:
        """Open and lock the unfinished file of a key."""
        part = self.entry(function, key).with_suffix(".part")
        try:
            part.parent.mkdir(parents=True, exist_ok=True)
            while True:
                descriptor = os.open(
                    part, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600
                )
                DESCRIPTORS.add(descriptor)
                claim = Claim(part, descriptor)
                if not locked(descriptor):
                    shut(claim)
                    return None
                if same_file(part, descriptor):
                    return claim
                shut(claim)  # its owner has renamed or removed it meanwhile
        except OSError as error:
            self.warn(f"nothing can be kept in {self.location} ({error})", "write")
            return None

    def put(
        self, function: str, key: str, packed: pack.Packed, seconds: float, claim: Claim | None
    ) -> bool:
        """Keep a result.

        Parameters
        ----------
        function, key : str
            As for `get`.
        packed : Packed
            The result.
        seconds : float
            What it took to compute.
        claim : Claim or None
            The claim on the key, if there is one.

        Returns
        -------
        bool
            Whether it is kept; if not, a warning has said why, unless a forked child asked.
        """
        if claim is not None and not claim.held:
            return False
        facts = {"key": key, "function": function, "seconds": seconds, "created": time.time()}
        entry = self.entry(function, key)
        part = (
            claim.part if claim else entry.with_suffix(f".{os.getpid()}-{os.urandom(4).hex()}.part")
        )
        try:
            entry.parent.mkdir(parents=True, exist_ok=True)
            with open_part(part, claim) as file:
                pack.write(file, packed, facts, signing_key())
                if claim and not same_file(part, claim.descriptor):
                    raise FileNotFoundError(errno.ENOENT, "the folder was removed meanwhile")
                if claim:
                    os.replace(part, entry)
                    claim.kept = True
            if not claim:
                os.replace(part, entry)
        except OSError as error:
            if claim is None:
                with contextlib.suppress(OSError):
                    part.unlink()
            self.warn(
                f"a result of {function} cannot be kept in {self.location} ({error})", "write"
            )
            return False
        return True

    def clear(self, function: str | None = None) -> None:
        """Forget everything, or everything of one function; running computations go on.

        Parameters
        ----------
        function : str, optional
            The function's qualified name.
        """
        folders = [self.of(function)] if function else list_folder(self.folder)
        for folder in folders:
            for file in list_folder(folder):
                if file.suffix == ".entry" or (file.suffix == ".part" and abandoned(file)):
                    with contextlib.suppress(OSError):
                        file.unlink()
            with contextlib.suppress(OSError):
                folder.rmdir()

    def of(self, function: str) -> Path:
        """Give the folder of a function: readable, and different for different names."""
        readable = re.sub(r"[^\w.-]+", "_", function)[-80:].strip("._")
        return self.folder / f"{readable}-{hashlib.sha256(function.encode()).hexdigest()[:8]}"

    def entry(self, function: str, key: str) -> Path:
        """Give the file of a key; it names the signing key, so that users do not disturb others."""
        signer = hashlib.sha256(b"id" + signing_key()).hexdigest()[:8]
        return self.of(function) / f"{key}.{signer}.entry"

    def warn(self, message: str, once: str) -> None:
        """Warn, only once for each reason."""
        if once not in self.warned:
            self.warned.add(once)
            warnings.warn(message, CacheWarning, stacklevel=6)


def belongs(facts: dict[str, Any], key: str) -> None:
    """Raise if the facts of a file are of another key: somebody renamed it."""
    if facts.get("key") != key:
        raise pack.DamageError("it holds the result of another call")


def locked(descriptor: int) -> bool:
    """Wait for the lock on a file; False where there are no locks."""
    if fcntl is None:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    except OSError as error:
        if error.errno in NO_LOCKS:
            return False
        raise
    return True


def same_file(path: Path, descriptor: int) -> bool:
    """Tell whether a name still stands for an open file."""
    try:
        there = os.stat(path)
    except OSError:
        return False
    return os.path.samestat(there, os.fstat(descriptor))


def open_part(part: Path, claim: Claim | None) -> BinaryIO:
    """Open an unfinished file for writing, empty: the claimed one, or a new one."""
    if claim is None:
        return open(part, "xb")
    os.ftruncate(claim.descriptor, 0)
    os.lseek(claim.descriptor, 0, os.SEEK_SET)
    return os.fdopen(claim.descriptor, "wb", closefd=False)


def release(claim: Claim) -> None:
    """Give a claim back, and remove what was not finished."""
    if claim.held and not claim.kept and same_file(claim.part, claim.descriptor):
        with contextlib.suppress(OSError):
            claim.part.unlink()
    shut(claim)


def shut(claim: Claim) -> None:
    """Close a claim's file, which frees the lock."""
    if claim.held:
        DESCRIPTORS.discard(claim.descriptor)
        os.close(claim.descriptor)


def abandoned(part: Path) -> bool:
    """Tell whether nobody writes an unfinished file any more."""
    if fcntl is None:
        return time.time() - part.stat().st_mtime > 3600
    with open(part, "rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
    return True


def list_folder(folder: Path) -> list[Path]:
    """List a folder, empty if it is not there."""
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []
