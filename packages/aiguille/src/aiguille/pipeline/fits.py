"""The fit of one step, with what its memory knows.

`fitted_and_transformed` is the call that a memory remembers: what a transformer makes of the
samples that it learns from, and itself.
"""

from collections.abc import Callable
from typing import Any

__all__ = ["fit_step", "fitted_and_transformed", "remembering"]


def fit_step(step: Any, X: Any, y: Any, given: dict[str, Any]) -> Any:
    """Fit with or without targets."""
    return step.fit(X, **given) if y is None else step.fit(X, y, **given)


def fitted_and_transformed(
    step: Any, X: Any, y: Any, given: dict[str, Any], container: str = "default"
) -> tuple[Any, Any]:
    """Fit a transformer; give what it makes of the samples, and itself.

    The kind of frame that it gives, which may be a setting of the whole program, is named
    only to be part of what a memory knows the call by.
    """
    if hasattr(step, "fit_transform"):
        return step.fit_transform(X, y, **given), step
    return fit_step(step, X, y, given).transform(X), step


def remembering(function: Callable[..., Any], memory: Any) -> Callable[..., Any]:
    """Give a function that fits transformers, with a memory if there is one."""
    if memory is None:
        return function
    if not callable(getattr(memory, "cache", None)):
        raise TypeError(
            f"memory={memory!r} has no cache method: pass something like "
            "faineant.Memory(folder), or nothing to remember nothing."
        )
    remembers: Callable[..., Any] = memory.cache(function)
    return remembers
