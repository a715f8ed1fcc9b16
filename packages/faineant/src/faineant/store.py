"""Where results live: one signed file for each key, in a folder for each function.

A file appears whole or not at all: it is written under another name and then
renamed, and never changed afterwards. Look up first, claim after: that
unfinished file, locked, is also the claim on its key (`faineant.claims`).

No failure here costs a result. A full or read-only disk, or a file that is not
what was written, gives one warning, and the caller computes.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import time
from collections.abc import AsyncIterator, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

from faineant import pack, unpack
from faineant.caller import warn_caller
from faineant.claims import Claim, claimed, release, remove_abandoned
from faineant.entries import Entry, entries, evict
from faineant.facts import Facts
from faineant.files import (
    READ,
    list_folder,
    newest,
    part_of,
    read_head,
    remove,
    size_of,
    write_alone,
    write_claimed,
)
from faineant.ledger import Ledger, Row
from faineant.limit import Limit
from faineant.pack import CacheWarning
from faineant.recent import Recent
from faineant.signing import signer, signing_key
from faineant.units import size_in_words
from faineant.unpack import Content

__all__ = ["CacheWarning", "Claim", "Found", "Settings", "Store"]

FOLDER = "faineant-3"  # a later format takes another name and leaves this one alone
SMALL = 1 << 16  # a file up to this size is remembered ...
RECENT = 1 << 25  # ... up to this many bytes together

# The entries that this thread or task computes: it must not wait for itself.
HELD: ContextVar[frozenset[str]] = ContextVar("HELD", default=frozenset())


class Found(NamedTuple):
    """A result that was kept."""

    value: Any
    seconds: float


@dataclass(frozen=True)
class Settings:
    """How a store keeps what it keeps.

    Attributes
    ----------
    verify : {"once", "always"}
        How often a process hashes large buffers: once for each file, or at
        each load. All else is hashed whenever it is read.
    compress : int
        The level of zlib, 1 to 9; 0 does not compress. What is compressed
        cannot be mapped.
    limit : int, optional
        The most bytes to keep.
    in_memory : int, optional
        The most bytes to hand out from memory, without looking at the disk.
    """

    verify: str = "once"
    compress: int = 0
    limit: int | None = None
    in_memory: int | None = None


class Store:
    """Results in a folder.

    Parameters
    ----------
    location : Path
        Made when the first result is kept. Only a folder of our own in it is
        ever written to or cleared.
    settings : Settings
        How.
    """

    def __init__(self, location: Path, settings: Settings | None = None):
        self.location, self.settings = location, settings or Settings()
        self.folder = f"{location}/{FOLDER}"
        self.before = len(self.folder) + 1  # the characters before a place
        self.always = self.settings.verify == "always"
        self.trusting = self.settings.in_memory is not None and not self.always
        self.recent = Recent(self.settings.in_memory or RECENT, self.settings.in_memory or SMALL)
        self.ledger = Ledger(self.folder)
        self.limit = Limit(self.folder, self.ledger, self.settings.limit)
        self.signed, self.ending = b"", ""
        self.warned: set[str] = set()
        self.folders: dict[str, str] = {}

    @property
    def secret(self) -> bytes:
        """The key to sign with, read or made when it is first needed."""
        if not self.signed:
            key = signing_key()
            self.ending = f".{signer(key)}.entry"  # first: whoever sees the key needs it
            self.signed = key
        return self.signed

    def get(
        self, function: str, key: str, mmap_mode: str | None = "c", *, fresh: bool = False
    ) -> Found | None:
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
        fresh : bool
            Whether the disk is looked at in any case.

        Returns
        -------
        Found or None
            None if it is not there, or is not what was written.
        """
        file = self.entry(function, key)
        try:
            content = self.remembered(file, mmap_mode, fresh)
            if content is None:
                if not os.access(newest(file), os.F_OK):
                    return None  # at half the price of an error
                content = self.load(file, f"{function}\n{key}", mmap_mode)
            found = Found(content.value(mmap_mode), content.seconds)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (pack.DamageError, OSError, ValueError, KeyError, TypeError) as error:
            self.warn(f"{file} is not used: {error}; the call is computed again", file)
            return None
        self.ledger.used(file[self.before :])
        return found

    def remembered(self, file: str, mmap_mode: str | None, fresh: bool) -> Content | None:
        """Give the content that this process has read, if the file is still the same."""
        seen = self.recent.get(file)
        if seen is None or self.always:
            return None
        if seen.buffers and any(type(buffer) is unpack.Span for buffer in seen.buffers):
            return None if mmap_mode is None else self.mapped_anew(file, seen, mmap_mode)
        if self.trusting and not fresh:
            return seen
        return seen if self.is_still(file, seen) else None

    def is_still(self, file: str, seen: Content) -> bool:
        """Tell whether a file is the one whose content was seen."""
        return unpack.identity_of(os.stat(newest(file))) == seen.identity

    def mapped_anew(self, file: str, seen: Content, mmap_mode: str) -> Content | None:
        """Map a file again whose content is known."""
        descriptor = os.open(newest(file), READ)
        try:
            return unpack.mapped_anew(descriptor, seen, mmap_mode)
        finally:
            os.close(descriptor)

    def load(self, file: str, name: str, mmap_mode: str | None) -> Content:
        """Read and verify a file, and remember what takes little memory."""
        descriptor = os.open(newest(file), READ)
        try:
            content = unpack.read(descriptor, self.secret, name, mmap_mode, always=self.always)
        finally:
            os.close(descriptor)
        self.recent.keep(file, content)
        if self.trusting:
            self.drop_unless_there(file, content)
        return content

    def drop_unless_there(self, file: str, content: Content) -> None:
        """Forget content whose file was replaced or removed before it was remembered."""
        with contextlib.suppress(OSError):
            if self.is_still(file, content):
                return
        self.recent.drop(file)

    def head(self, function: str, key: str) -> pack.Head | None:
        """Give what the file of a key says about itself; None if it is not there, or damaged."""
        try:
            head = read_head(self.entry(function, key))
        except (pack.DamageError, OSError, ValueError):
            return None
        return head if head.name == f"{function}\n{key}" else None

    def there(self, function: str, key: str) -> bool:
        """Tell whether a key has a file, whatever is in it."""
        return os.access(newest(self.entry(function, key)), os.F_OK)

    # -- who computes ----------------------------------------------------------------------------

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
        held, claim = HELD.get(), None
        if entry not in held:
            try:
                claim = claimed(part_of(entry)) or None
            except OSError as error:
                self.warn(f"nothing can be kept in {self.location} ({error})", "write")
        token = HELD.set(held | {entry})
        try:
            yield claim
        finally:
            HELD.reset(token)
            if claim is not None:
                release(claim)

    @contextlib.asynccontextmanager
    async def claim_soon(self, function: str, key: str) -> AsyncIterator[Claim | None]:
        """Claim a key as `claim` does, while other tasks of this thread go on."""
        import asyncio  # slow to import, and here whoever calls has it already

        entry = self.entry(function, key)
        held = HELD.get()
        claim: Claim | Literal[False] | None = None
        if entry not in held:
            try:
                pause = 0.001
                while (claim := claimed(part_of(entry), wait=False)) is False:
                    await asyncio.sleep(pause)
                    pause = min(2 * pause, 0.1)
            except OSError as error:
                self.warn(f"nothing can be kept in {self.location} ({error})", "write")
        token = HELD.set(held | {entry})
        try:
            yield claim or None
        finally:
            if claim:
                release(claim)
            with contextlib.suppress(ValueError):  # a task that its loop has left ends elsewhere
                HELD.reset(token)

    # -- what is written -------------------------------------------------------------------------

    def put(
        self,
        function: str,
        key: str,
        packed: pack.Packed,
        seconds: float,
        claim: Claim | None,
        facts: Facts | None = None,
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
        facts : Facts, optional
            What else shall be known of it.

        Returns
        -------
        bool
            Whether it is kept; if not, a warning has said why, unless a forked child asked.
        """
        if claim is not None and not claim.held:
            return False
        entry, level = self.entry(function, key), self.settings.compress
        facts = facts or Facts()
        now = time.time()
        head = pack.Head(f"{function}\n{key}", seconds, now, facts.in_json())
        try:
            chunks = pack.sealed(packed, self.secret, head, level)
            size = sum(map(len, chunks))
            with self.limit.room(size, instead_of=entry) as enough:
                if not enough:
                    self.warn(
                        f"a result of {function} is not kept: it takes {size_in_words(size)}, and "
                        f"the limit is {size_in_words(self.settings.limit or 0)}",
                        f"large {function}",
                    )
                    return False
                if claim is None or claim.separate:
                    status = write_alone(entry, chunks)
                else:
                    status = write_claimed(entry, chunks, claim)
        except OSError as error:
            self.warn(
                f"a result of {function} cannot be kept in {self.location} ({error})", "write"
            )
            return False
        self.recent.drop(entry)
        size, changed = status.st_size, status.st_mtime_ns
        row = Row(size, changed, key, function, facts.call, now, seconds, now)
        self.ledger.kept(entry[self.before :], row)
        return True

    # -- what is there, and what goes ------------------------------------------------------------

    def entries(self, function: str | None = None) -> list[Entry]:
        """List what is kept, of one function or of all, the newest last."""
        folder = self.of(function)[self.before :] if function else None
        return entries(self.folder, self.ledger, folder)

    def reduce(
        self, bytes_limit: float | None, items_limit: int | None, age_limit: float | None
    ) -> None:
        """Remove what is least worth keeping, until the rest is within limits."""
        with self.limit.counted_anew():
            evict(
                self.folder,
                self.ledger,
                bytes_limit=bytes_limit,
                items_limit=items_limit,
                age_limit=age_limit,
            )
        self.recent.clear()

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
        entry = self.entry(function, key)
        size = size_of(entry)
        try:
            remove(entry)
        except (FileNotFoundError, NotADirectoryError):
            return False
        finally:
            self.recent.drop(entry)
        self.limit.removed(size)
        return True

    def remove(self, entry: Entry) -> None:
        """Remove the file of an entry, whoever signed it."""
        with contextlib.suppress(FileNotFoundError):
            os.unlink(entry.file)
            self.limit.removed(entry.size)
        self.recent.drop(entry.file)

    def trouble(self, entry: Entry) -> str | None:
        """Read the whole file of an entry; say what is wrong with it, None if nothing is."""
        try:
            descriptor = os.open(entry.file, READ)
            try:
                name = f"{entry.function}\n{entry.key}"
                unpack.read(descriptor, self.secret, name, None, always=True)
            finally:
                os.close(descriptor)
        except (pack.DamageError, OSError, ValueError) as error:
            return str(error)
        return None

    def clear(self, function: str | None = None) -> None:
        """Forget everything, or everything of one function; running computations go on.

        Parameters
        ----------
        function : str, optional
            The function's qualified name.
        """
        folders = [Path(self.of(function))] if function else list_folder(Path(self.folder))
        with self.limit.counted_anew():
            for folder in folders:
                found = list_folder(folder)
                for file in found:
                    with contextlib.suppress(OSError):
                        if file.suffix == ".entry":
                            file.unlink()
                        elif file.suffix == ".part":
                            remove_abandoned(file)
                with contextlib.suppress(OSError):
                    if found:  # an empty one may have been made at this moment, for a claim
                        folder.rmdir()
        self.recent.clear()

    # -- where ------------------------------------------------------------------------------------

    def of(self, function: str) -> str:
        """Give the folder of a function: readable, and different for different names."""
        readable = re.sub(r"[^\w.-]+", "_", function)[-80:].strip("._")
        short = hashlib.sha256(function.encode()).hexdigest()[:8]
        return f"{self.folder}/{readable}-{short}"

    def entry(self, function: str, key: str) -> str:
        """Give the file of a key; it names the signing key, so that users do not disturb others."""
        folder = self.folders.get(function)
        if folder is None:
            folder = self.folders[function] = self.of(function)
        if not self.ending:
            self.secret  # noqa: B018  (it is looked up, and then kept)
        return f"{folder}/{key}{self.ending}"

    def warn(self, message: str, once: str) -> None:
        """Warn, only once for each reason."""
        if once not in self.warned:
            self.warned.add(once)
            warn_caller(message, CacheWarning)
