"""The user's own key, with which entries are signed before anyone unpickles them.

It is made when it is first needed, in a file that only its owner can read. The
environment variable ``FAINEANT_KEY`` names another file: people who share a
folder of results, and trust each other, share a key.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
from functools import lru_cache
from pathlib import Path

from faineant.caller import warn_caller

__all__ = ["signer", "signing_key"]

SIZE = 32
MOST = 64  # bytes that BLAKE2 takes as a key


def signing_key() -> bytes:
    """Give the key of this user, making it if there is none.

    Returns
    -------
    bytes
        32 to 64 bytes, digested from a longer file. Where no file can be kept it is good
        for this process only, and a warning says so.
    """
    return key_in(os.environ.get("FAINEANT_KEY") or "")


@lru_cache(maxsize=16)
def signer(secret: bytes) -> str:
    """Give the name of a signing key, which tells nothing about it.

    Parameters
    ----------
    secret : bytes
        The key.

    Returns
    -------
    str
        8 hexadecimal digits.
    """
    return hashlib.sha256(b"id" + secret).hexdigest()[:8]


@lru_cache(maxsize=16)
def key_in(name: str) -> bytes:
    """Read the key from a file, or from the usual one."""
    file = Path(name or usual_file())
    try:
        key = read_or_make(file.expanduser())
        if len(key) < SIZE:
            raise ValueError(f"a key has at least {SIZE} bytes, and this one {len(key)}")
        if not name and os.name == "posix" and file.expanduser().stat().st_mode & 0o077:
            raise ValueError("it is open to others: chmod 600 closes it, if they did not use it")
    except (OSError, ValueError, RuntimeError) as error:
        warn_caller(
            f"the key for signing results, {file}, cannot be used ({error}): what is kept now is "
            "forgotten when this process ends. FAINEANT_KEY can name another file.",
            UserWarning,
        )
        return os.urandom(SIZE)
    return key if len(key) <= MOST else hashlib.blake2b(key).digest()


def usual_file() -> Path:
    """Give the file that this system keeps such things in."""
    if sys.platform == "win32":
        base = os.environ.get("APPDATA") or "~/AppData/Roaming"
    else:
        base = os.environ.get("XDG_CONFIG_HOME") or "~/.config"
    return Path(base) / "faineant" / "key"


def read_or_make(file: Path) -> bytes:
    """Read the key; make it if it is not there, whole, even if two processes do so at once."""
    with contextlib.suppress(FileNotFoundError):
        return file.read_bytes()
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = file.with_name(f"{file.name}.{os.getpid()}-{os.urandom(4).hex()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(os.urandom(SIZE))
        with contextlib.suppress(FileExistsError):
            place_if_absent(fresh, file)
    finally:
        fresh.unlink(missing_ok=True)
    return file.read_bytes()


def place_if_absent(fresh: Path, file: Path) -> None:
    """Give a file its name unless that is taken."""
    if sys.platform == "win32":
        os.rename(fresh, file)  # on Windows alone this refuses to overwrite
        return
    try:
        os.link(fresh, file)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        os.rename(fresh, file)
