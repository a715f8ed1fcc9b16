"""Where results live: one signed file for each key, in a folder for each function.

A file appears whole or not at all: it is written under another name and then
renamed, and never changed afterwards. Look up first, claim after: that
unfinished file, locked, is also the claim on its key (`faineant.claims`).

A small file that was read and verified is remembered by this process, and is
asked for with one call to the system as long as it is the same file.

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
import warnings
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from faineant import pack
from faineant.claims import HELD, Claim, abandoned, claimed, release, same_file
from faineant.pack import CacheWarning, Content
from faineant.signing import signing_key

__all__ = ["CacheWarning", "Claim", "Found", "Store"]

FOLDER = "faineant-2"  # a later format takes another name and leaves this one alone
SMALL = 1 << 16  # a file up to this size may be remembered ...
RECENT = 1 << 25  # ... up to this many bytes together
READ = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
WRITE = (
    os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
)


class Found(NamedTuple):
    """A result that was kept."""

    value: Any
    seconds: float


class Store:
    """Results in a folder.

    Parameters
    ----------
    location : Path
        Made when the first result is kept. Only a folder of our own in it is
        ever written to or cleared.
    verify : {"once", "always"}
        How often a process hashes large buffers: once for each file, or at
        each load. All else is hashed whenever it is read.
    compress : bool or int
        Whether files are compressed with zlib, and how well, 1 to 9; True is 3.
        What is compressed cannot be mapped.

    Raises
    ------
    ValueError
        `verify` or `compress` is none of these.
    """

    def __init__(
        self, location: Path, *, verify: str = "once", compress: bool | int | None = False
    ):
        self.location = location
        self.folder = location / FOLDER
        self.always = checked_verify(verify) == "always"
        self.level = checked_level(compress)
        self.warned: set[str] = set()
        self.folders: dict[str, str] = {}
        self.recent: dict[str, tuple[tuple[int, ...], Content]] = {}
        self.recent_size = 0
        self.lock = threading.Lock()

    def get(self, function: str, key: str, mmap_mode: str | None = "c") -> Found | None:
        """Look a key up.

        Parameters
        ----------
        function : str
            The function's qualified name.
        key : str
            The key of the call, in hexadecimal.
        mmap_mode : {"c", "r", "r+", None}
            How buffers of 1 MiB and more are mapped: "c" so that they can be
            changed and the file stays as it is; "r" read-only; with None they
            are read. "r+" means "c", for a file is never changed.

        Returns
        -------
        Found or None
            None if it is not there, or is not what was written.
        """
        file = self.entry(function, key)
        try:
            known = self.recent.get(file)
            if known is not None and not self.always:
                status = os.stat(file)
                if known[0] == (status.st_ino, status.st_size, status.st_mtime_ns, status.st_dev):
                    content = known[1]
                    return Found(content.value(mmap_mode), content.seconds)
            content = self.load(file, f"{function}\n{key}", mmap_mode)
            return Found(content.value(mmap_mode), content.seconds)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (pack.DamageError, OSError, ValueError, KeyError, TypeError) as error:
            self.warn(f"{file} is not used: {error}; the call is computed again", file)
            return None

    def load(self, file: str, name: str, mmap_mode: str | None) -> Content:
        """Read and verify a file, and remember it if it is small."""
        descriptor = os.open(file, READ)
        try:
            content = pack.read(descriptor, signing_key(), name, mmap_mode, always=self.always)
            status = os.fstat(descriptor)
        finally:
            os.close(descriptor)
        if status.st_size <= SMALL:
            with self.lock:
                if file not in self.recent:
                    self.recent_size += status.st_size
                identity = status.st_ino, status.st_size, status.st_mtime_ns, status.st_dev
                self.recent[file] = identity, content
                while self.recent_size > RECENT:
                    (_, size, *_), _ = self.recent.pop(next(iter(self.recent)))
                    self.recent_size -= size
        return content

    def has(self, function: str, key: str) -> bool:
        """Tell whether a key is kept, reading no more than the head of its file."""
        try:
            descriptor = os.open(self.entry(function, key), READ)
            try:
                head, _ = pack.read_head(descriptor, signing_key())
            finally:
                os.close(descriptor)
        except (pack.DamageError, OSError, ValueError):
            return False
        return head.name == f"{function}\n{key}"

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
        entry = self.entry(function, key)
        if entry in HELD.entries:
            yield None
            return
        try:
            claim = claimed(part_of(entry))
        except OSError as error:
            self.warn(f"nothing can be kept in {self.location} ({error})", "write")
            claim = None
        HELD.entries.add(entry)
        try:
            yield claim
        finally:
            HELD.entries.discard(entry)
            if claim is not None:
                release(claim)

    def put(
        self,
        function: str,
        key: str,
        packed: pack.Packed,
        seconds: float,
        claim: Claim | None,
        facts: dict[str, Any] | None = None,
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
        facts : dict, optional
            What else shall be known of it, as JSON can say it.

        Returns
        -------
        bool
            Whether it is kept; if not, a warning has said why, unless a forked child asked.
        """
        if claim is not None and not claim.held:
            return False
        entry = self.entry(function, key)
        try:
            chunks = pack.sealed(
                packed,
                f"{function}\n{key}",
                signing_key(),
                seconds=seconds,
                facts=facts,
                level=self.level,
            )
            if claim is None:
                self.write_alone(entry, chunks)
            else:
                write_claimed(entry, chunks, claim)
        except OSError as error:
            self.warn(
                f"a result of {function} cannot be kept in {self.location} ({error})", "write"
            )
            return False
        return True

    def write_alone(self, entry: str, chunks: list[Any]) -> None:
        """Write an entry where nobody could be made to wait."""
        part = f"{entry.removesuffix('.entry')}.{os.getpid()}-{os.urandom(4).hex()}.part"
        os.makedirs(os.path.dirname(part), exist_ok=True)
        descriptor = os.open(part, WRITE, 0o600)
        try:
            try:
                pack.write(descriptor, chunks)
            finally:
                os.close(descriptor)
            os.replace(part, entry)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(part)
            raise

    def forget(self, function: str, key: str) -> bool:
        """Forget one call.

        Parameters
        ----------
        function, key : str
            As for `get`.

        Returns
        -------
        bool
            Whether there was something to forget.
        """
        try:
            os.unlink(self.entry(function, key))
        except (FileNotFoundError, NotADirectoryError):
            return False
        return True

    def clear(self, function: str | None = None) -> None:
        """Forget everything, or everything of one function; running computations go on.

        Parameters
        ----------
        function : str, optional
            The function's qualified name.
        """
        folders = [Path(self.of(function))] if function else list_folder(self.folder)
        for folder in folders:
            for file in list_folder(folder):
                with contextlib.suppress(OSError):
                    if file.suffix == ".entry" or (file.suffix == ".part" and abandoned(file)):
                        file.unlink()
            with contextlib.suppress(OSError):
                folder.rmdir()

    def of(self, function: str) -> str:
        """Give the folder of a function: readable, and different for different names."""
        readable = re.sub(r"[^\w.-]+", "_", function)[-80:].strip("._")
        short = hashlib.sha256(function.encode()).hexdigest()[:8]
        return str(self.folder / f"{readable}-{short}")

    def entry(self, function: str, key: str) -> str:
        """Give the file of a key; it names the signing key, so that users do not disturb others."""
        folder = self.folders.get(function)
        if folder is None:
            folder = self.folders[function] = self.of(function)
        return f"{folder}{os.sep}{key}.{signer(signing_key())}.entry"

    def warn(self, message: str, once: str) -> None:
        """Warn, only once for each reason."""
        if once not in self.warned:
            self.warned.add(once)
            warnings.warn(message, CacheWarning, stacklevel=6)


def checked_verify(verify: str) -> str:
    """Give how often to verify, or say what is possible."""
    if verify not in ("once", "always"):
        raise ValueError(f"verify={verify!r}: it is 'once' for each file and process, or 'always'")
    return verify


def checked_level(compress: bool | int | None) -> int:
    """Give the level of compression, or say what is possible."""
    if compress is True:
        return 3
    if compress is None or compress is False:
        return 0
    if isinstance(compress, int) and 0 <= compress <= 9:
        return compress
    raise ValueError(f"compress={compress!r}: it is True, False, or a level of zlib from 0 to 9")


@lru_cache(maxsize=16)
def signer(secret: bytes) -> str:
    """Give the name of a signing key, which tells nothing about it."""
    return hashlib.sha256(b"id" + secret).hexdigest()[:8]


def part_of(entry: str) -> str:
    """Give the unfinished file of an entry."""
    return f"{entry.removesuffix('.entry')}.part"


def write_claimed(entry: str, chunks: list[Any], claim: Claim) -> None:
    """Write an entry into the claimed file, and give it its name."""
    if claim.size:
        os.ftruncate(claim.descriptor, 0)
    claim.size = 1  # a second try must empty it first
    os.lseek(claim.descriptor, 0, os.SEEK_SET)
    pack.write(claim.descriptor, chunks)
    if not same_file(claim):
        raise FileNotFoundError(errno.ENOENT, "the folder was removed meanwhile")
    os.replace(claim.part, entry)
    claim.kept = True


def list_folder(folder: Path) -> list[Path]:
    """List a folder, empty if it is not there."""
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []
