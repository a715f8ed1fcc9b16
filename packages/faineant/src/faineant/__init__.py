"""The lazy one: never compute the same call twice, use every core."""

from faineant.digest import DigestError
from faineant.memory import CachedFunction, CacheInfo, Memory
from faineant.store import CacheWarning

__all__ = ["CacheInfo", "CacheWarning", "CachedFunction", "DigestError", "Memory"]

__version__ = "0.1.0"
