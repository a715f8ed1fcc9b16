"""A result that is held without being loaded: small, and good in other processes too."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Generic, TypeVar

from faineant.store import Store

__all__ = ["HeldValue", "Result"]

R = TypeVar("R")


class Result(Generic[R]):
    """A reference to a result in a store; `CachedFunction.call_and_shelve` gives it.

    It can be pickled and sent to another process, which loads the result if and
    when it needs it.

    Attributes
    ----------
    func_id : str
        The function's qualified name.
    args_id : str
        The key of the call.
    metadata : dict
        What is known of the call: ``duration`` in seconds, ``time`` of its
        computation and, shortened, ``input_args``.
    """

    def __init__(
        self,
        store: Store,
        func_id: str,
        args_id: str,
        mmap_mode: str | None,
        metadata: dict[str, Any],
    ):
        self.store, self.func_id, self.args_id = store, func_id, args_id
        self.mmap_mode, self.metadata = mmap_mode, metadata

    @property
    def location(self) -> str:
        """The folder of the memory."""
        return os.fspath(self.store.location)

    @property
    def func(self) -> str:
        """The function's qualified name."""
        return self.func_id

    @property
    def duration(self) -> float:
        """What the call took, in seconds."""
        return float(self.metadata["duration"])

    def get(self) -> R:
        """Load the result.

        Returns
        -------
        object
            What the function returned, new at each call.

        Raises
        ------
        KeyError
            It has been forgotten, or its file is damaged.
        """
        found = self.store.get(self.func_id, self.args_id, self.mmap_mode)
        if found is None:
            raise KeyError(
                f"the result {self.args_id} of {self.func_id} is no longer in "
                f"{self.store.location}; call the function again"
            )
        value: R = found.value
        return value

    def clear(self) -> None:
        """Forget the result, here and for all others who hold it."""
        self.store.forget(self.func_id, self.args_id)

    def __repr__(self) -> str:
        return f"Result({self.func_id!r}, {self.args_id!r}, in {self.location!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Result) and identity(self) == identity(other)

    def __hash__(self) -> int:
        return hash(identity(self))

    def __reduce__(self) -> tuple[Any, ...]:
        return found_again, (
            self.location, self.func_id, self.args_id, self.mmap_mode, self.metadata
        )  # fmt: skip


class HeldValue(Generic[R]):
    """The same for a result that no store keeps: the value itself.

    Parameters
    ----------
    value : object
        The result.
    """

    def __init__(self, value: R):
        self.value: R | None = value
        self.valid = True

    def get(self) -> R:
        """Give the value; a `KeyError` after `clear`."""
        if not self.valid:
            raise KeyError("the value has been cleared")
        value: Any = self.value
        return value  # type: ignore[no-any-return]

    def clear(self) -> None:
        """Let the value go."""
        self.value, self.valid = None, False

    def __repr__(self) -> str:
        return f"HeldValue({self.value!r})" if self.valid else "HeldValue(cleared)"


def identity(result: Result[Any]) -> tuple[str, str, str]:
    """Say what makes two results one."""
    return result.location, result.func_id, result.args_id


def found_again(
    location: str, func_id: str, args_id: str, mmap_mode: str | None, metadata: dict[str, Any]
) -> Result[Any]:
    """Hold a result in another process."""
    return Result(Store(Path(location)), func_id, args_id, mmap_mode, metadata)
