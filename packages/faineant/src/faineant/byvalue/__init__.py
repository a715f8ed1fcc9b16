"""Functions and classes that travel by value, for an interpreter that cannot import them.

Read `packer`, which says what goes by name and what by value, then `apart`, `rebuilt`
and `known`; `importable` and `unsent` serve them.
"""

from faineant.byvalue.packer import Packer, packed_by_value

__all__ = ["Packer", "packed_by_value"]
