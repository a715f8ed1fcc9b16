"""A row of named estimators: its parameters are theirs, and its parts can be taken out.

Nothing is fitted here. Read `Steps`, then `check_steps` (what can stand in a row).
"""

import html
from collections.abc import Iterator, Sequence
from typing import Any, Self

from aiguille.base import Estimator, clone, shortened
from aiguille.validation import NotFittedError, check_fitted

__all__ = ["NamedSteps", "Steps", "by_step", "check_steps", "is_fitted", "is_passed_through"]

Step = tuple[str, Any]


class NamedSteps(dict[str, Any]):
    """Steps by name, as ``named_steps["scale"]`` and as ``named_steps.scale``."""

    def __getattr__(self, name: str) -> Any:
        if name not in self:
            raise AttributeError(f"there is no step {name!r}; there are {list(self)}.")
        return self[name]

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self]


class Steps(Estimator):
    """Base of `Pipeline`: parameters and parts of a row of steps."""

    steps: Any
    memory: Any
    verbose: bool

    # -- parameters --------------------------------------------------------------------------

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Give the parameters by name; with ``deep``, the steps and theirs too.

        Parameters
        ----------
        deep : bool
            Whether to give ``step`` and ``step__parameter``.

        Returns
        -------
        dict
        """
        params = super().get_params(deep=False)
        if deep:
            for name, step in self._pairs():
                params[name] = step
                if hasattr(step, "get_params") and not isinstance(step, type):
                    inner = step.get_params(deep=True)
                    params.update({f"{name}__{key}": inner[key] for key in inner})
        return params

    def set_params(self, **params: Any) -> Self:
        """Set parameters, steps by their names, and parameters of steps.

        Parameters
        ----------
        **params
            ``memory=``, ``step=`` an estimator, or ``step__parameter=``.

        Raises
        ------
        ValueError
            If there is no parameter or step of that name; nothing is set then.
        """
        own = {key: params.pop(key) for key in ("steps", "memory", "verbose") if key in params}
        steps = pairs_of(own.get("steps", self.steps))
        names = [name for name, _ in steps]
        for key in params:
            if key.partition("__")[0] not in names:
                raise ValueError(
                    f"Invalid parameter {key!r} for estimator {self}. "
                    f"Valid parameters are: {['memory', 'steps', 'verbose', *names]}, and those "
                    "of the steps, as step__parameter."
                )
        # First whole steps, then the parameters of what stands there then.
        replaced = {key: params.pop(key) for key in list(params) if "__" not in key}
        steps = [(name, replaced.get(name, step)) for name, step in steps]
        inner = by_step(params)
        for name, step in steps:
            if name in inner and not hasattr(step, "set_params"):
                raise ValueError(
                    f"Invalid parameter {f'{name}__{next(iter(inner[name]))}'!r} for estimator "
                    f"{self}: step {name}={step!r} is no estimator with parameters of its own."
                )
        if replaced:
            own["steps"] = steps
        super().set_params(**own)
        for name, step in steps:
            if name in inner:
                step.set_params(**inner[name])
        return self

    def __sklearn_clone__(self) -> Self:
        # A memory is a tool, not a parameter: a copy works with the same one.
        steps = [(name, clone(step, safe=False)) for name, step in self._pairs()]
        return type(self)(steps, memory=self.memory, verbose=self.verbose)  # type: ignore[call-arg]

    # -- parts -------------------------------------------------------------------------------

    @property
    def named_steps(self) -> NamedSteps:
        """The steps by their names."""
        return NamedSteps(self.steps)

    def __len__(self) -> int:
        return len(self.steps)

    def __iter__(self) -> Iterator[Any]:
        return iter(step for _, step in self.steps)

    def __getitem__(self, which: Any) -> Any:
        """Give a step by its name or place, or several as a pipeline of the same estimators."""
        if isinstance(which, slice):
            return type(self)(self.steps[which], memory=self.memory, verbose=self.verbose)  # type: ignore[call-arg]
        if not isinstance(which, str):
            return self.steps[which][1]
        named = self.named_steps
        if which not in named:
            raise KeyError(f"there is no step {which!r}; there are {list(named)}.")
        return named[which]

    def _pairs(self) -> list[Step]:
        return pairs_of(self.steps)

    @property
    def _first_estimator(self) -> Any:
        """The first step that does something: what is passed through has the same columns."""
        return next((step for _, step in self._pairs() if not is_passed_through(step)), None)

    @property
    def _final_estimator(self) -> Any:
        pairs = self._pairs()
        last = pairs[-1][1] if pairs else None
        return None if is_passed_through(last) else last

    # -- shown -------------------------------------------------------------------------------

    def _repr_html_(self) -> str:
        """Show the steps in a notebook, one below the other; each opens to its parameters."""
        shown = "".join(
            f"<li><b>{html.escape(str(name))}</b> {html_of_step(step)}</li>"
            for name, step in self._pairs()
        )
        options = [
            f"{name}={shortened(repr(value))}"
            for name, value in (("memory", self.memory), ("verbose", self.verbose))
            if value
        ]
        told = f" ({html.escape(', '.join(options))})" if options else ""
        return (
            f"<details open><summary>{html.escape(type(self).__name__)}{told}</summary>"
            f"<ol>{shown}</ol></details>"
        )


def html_of_step(step: Any) -> str:
    """Show a step: ours as it shows itself, others by their repr."""
    if isinstance(step, Estimator):
        return step._repr_html_()
    # What other libraries show is a whole page with styles of its own.
    return f"<code>{html.escape(shortened(repr(step)))}</code>"


def pairs_of(steps: Any) -> list[Step]:
    """Give the steps, or none where they are not pairs: a repr must not fail on them."""
    fine = isinstance(steps, Sequence) and all(
        isinstance(pair, list | tuple) and len(pair) == 2 for pair in steps
    )
    return [(name, step) for name, step in steps] if fine else []


def by_step(params: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Sort what is named ``step__parameter`` by the step.

    Examples
    --------
    >>> by_step({"scale__clip": True, "knn__n_neighbors": 3, "knn__weights": "distance"})
    {'scale': {'clip': True}, 'knn': {'n_neighbors': 3, 'weights': 'distance'}}
    """
    sorted_out: dict[str, dict[str, Any]] = {}
    for key, value in params.items():
        name, _, inner = key.partition("__")
        sorted_out.setdefault(name, {})[inner] = value
    return sorted_out


def check_steps(steps: Any) -> list[Step]:
    """Give the steps as a new list, or say why they cannot stand in a row."""
    pairs = pairs_of(steps)
    if not pairs:
        raise ValueError(f"steps={steps!r} must be a list of at least one (name, estimator) pair.")
    check_names([name for name, _ in pairs])
    for name, step in pairs:
        if isinstance(step, type):
            raise TypeError(
                f"step {name!r} is the class {step.__name__}, not an estimator: "
                f"write {step.__name__}()."
            )
    for name, step in pairs[:-1]:
        transforms = hasattr(step, "transform") and (
            hasattr(step, "fit") or hasattr(step, "fit_transform")
        )
        if not is_passed_through(step) and not transforms:
            raise TypeError(
                "All intermediate steps should be transformers and implement fit and "
                f"transform or be the string 'passthrough': step {name!r}, {step!r}, is not."
            )
    last = pairs[-1][1]
    if not is_passed_through(last) and not hasattr(last, "fit"):
        raise TypeError(
            "Last step of Pipeline should implement fit or be the string 'passthrough': "
            f"{last!r} does not."
        )
    return pairs


def check_names(names: list[Any]) -> None:
    """Raise unless each step has a name of its own that can be part of a parameter's."""
    for name in names:
        if not isinstance(name, str) or "__" in name or name in ("steps", "memory", "verbose"):
            raise ValueError(
                f"a step cannot be called {name!r}: take text without '__' that is not the "
                "name of a parameter of Pipeline."
            )
    if len(set(names)) < len(names):
        raise ValueError(f"Names provided are not unique: {names!r}")


def is_passed_through(step: Any) -> bool:
    """Whether a step leaves the samples as they are."""
    return step is None or (isinstance(step, str) and step == "passthrough")


def is_fitted(step: Any) -> bool:
    """Whether a step, ours or scikit-learn's, has learned or has nothing to learn."""
    if is_passed_through(step):
        return True
    if hasattr(step, "__sklearn_is_fitted__"):
        return bool(step.__sklearn_is_fitted__())
    try:
        check_fitted(step)
    except NotFittedError:
        return hasattr(step, "__sklearn_tags__") and not step.__sklearn_tags__().requires_fit
    return True
