"""Pipelines fitted on the same samples, where they have steps in common.

The pipelines of a search differ in a few parameters of a few steps. They form a tree: those
with the same first step branch where their second steps differ. Each branch is fitted once;
and steps that stand beside each other, but differ only in what their class can fit together
(the number of parcels, say), are fitted together.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from aiguille.base import Remembers, clone
from aiguille.fitting import FitAll, alike, shared_fits
from aiguille.pipeline.fits import fit_step, fitted_and_transformed, remembering
from aiguille.pipeline.steps import check_steps, is_passed_through
from aiguille.transformers import wanted_container

if TYPE_CHECKING:
    from aiguille.pipeline.chain import Pipeline

__all__ = ["fits_of_pipelines"]


def fits_of_pipelines(pipelines: Sequence["Pipeline"]) -> FitAll | None:
    """Give the function that fits pipelines together, or None where they share nothing."""
    first = pipelines[0]
    for each in pipelines:
        same_tools = each.memory is first.memory and not each.verbose
        if not same_tools or [name for name, _ in each._pairs()] != [n for n, _ in first._pairs()]:
            return None
    if not first._pairs():
        return None
    steps = [each._pairs()[0][1] for each in pipelines]
    if len(alike(steps)) == len(steps) and shared_fits_of_steps(steps) is None:
        return None

    def fit_all(X: Any, y: Any) -> list[Any]:
        fitted = [clone(each) for each in pipelines]
        for each in fitted:
            each.steps = check_steps(each.steps)
        fit_from(0, fitted, X, y)
        for each in fitted:
            each._fitted = True
        return fitted

    return fit_all


def fit_from(place: int, pipelines: Sequence["Pipeline"], X: Any, y: Any) -> None:
    """Fit what stands at a place and after it, in pipelines that are the same before it."""
    groups = alike([each.steps[place][1] for each in pipelines])
    steps = [pipelines[group[0]].steps[place][1] for group in groups]
    name = pipelines[0].steps[place][0]
    if place == len(pipelines[0].steps) - 1:
        for group, fitted in zip(groups, fitted_last(steps, X, y), strict=True):
            for member in group:
                pipelines[member].steps[place] = name, fitted
        return
    transformed = fitted_between(steps, X, y, pipelines[0].memory)
    for group, (samples, fitted) in zip(groups, transformed, strict=True):
        members = [pipelines[member] for member in group]
        for each in members:
            each.steps[place] = name, fitted
        fit_from(place + 1, members, samples, y)


def fitted_last(steps: Sequence[Any], X: Any, y: Any) -> list[Any]:
    """Fit different last steps on the same samples."""
    fit_all = shared_fits_of_steps(steps)
    if fit_all is not None:
        return fit_all(X, y)
    return [step if is_passed_through(step) else fit_step(step, X, y, {}) for step in steps]


def fitted_between(
    steps: Sequence[Any], X: Any, y: Any, memory: Remembers | None
) -> list[tuple[Any, Any]]:
    """Give, for different steps, what each makes of the samples, and itself, fitted."""
    if shared_fits_of_steps(steps) is not None:
        containers = [wanted_container(step) for step in steps]
        found: list[tuple[Any, Any]] = remembering(fitted_together, memory)(
            list(steps), X, y, containers
        )
        return found
    alone = remembering(fitted_and_transformed, memory)
    return [
        (X, step) if is_passed_through(step) else alone(step, X, y, {}, wanted_container(step))
        for step in steps
    ]


def fitted_together(
    steps: list[Any], X: Any, y: Any, containers: list[str]
) -> list[tuple[Any, Any]]:
    """Fit transformers on the same samples; give what each makes of them, and itself."""
    fit_all = shared_fits_of_steps(steps)
    if fit_all is None:
        raise RuntimeError(f"{steps[0]!r} offered to be fitted with others and took it back.")
    return [(step.transform(X), step) for step in fit_all(X, y)]


def shared_fits_of_steps(steps: Sequence[Any]) -> FitAll | None:
    """As `shared_fits`; what is passed through needs no fit."""
    return None if any(is_passed_through(step) for step in steps) else shared_fits(steps)
