"""Estimators in a row, used as one: each turns the samples for the next.

So that a search can choose parameters of any of them (``parcels__n_clusters``), and so that
no step learns from a sample that it is tested on. With ``memory=``, a step that was fitted
on the same samples with the same parameters is not fitted again: a search over the last
step's parameters fits the steps before it once for each fold.
"""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aiguille.base import Estimator, Remembers, clone, is_classifier
from aiguille.fitting import FitAll
from aiguille.pipeline.fits import fit_step, fitted_and_transformed, remembering
from aiguille.pipeline.steps import (
    Step,
    Steps,
    by_step,
    check_steps,
    is_fitted,
    is_passed_through,
)
from aiguille.pipeline.together import fits_of_pipelines
from aiguille.transformers import wanted_container
from aiguille.validation import not_fitted_error

__all__ = ["Pipeline", "make_pipeline"]


class Handed:
    """A method that the last step has, called with what the steps before make of the samples."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, pipeline: Any, owner: type | None = None) -> Any:
        if pipeline is None:
            return self
        last = pipeline._final_estimator
        if last is None or not hasattr(last, self.name):
            raise AttributeError(
                f"This 'Pipeline' has no attribute {self.name!r}: its last step, {last!r}, has "
                "none."
            )

        def method(X: Any, *args: Any, **kwargs: Any) -> Any:
            pipeline._check_fitted()
            return getattr(last, self.name)(pipeline._before_last(X), *args, **kwargs)

        method.__name__, method.__doc__ = self.name, getattr(last, self.name).__doc__
        return method


class Pipeline(Steps):
    """Several transformers and an estimator in a row.

    Parameters
    ----------
    steps : list of (str, estimator)
        Names and estimators, ours or scikit-learn's. All but the last transform;
        "passthrough" or None leaves the samples as they are.
    memory : object with ``cache``, optional
        Such as ``faineant.Memory(folder)``: it remembers fitted transformers, which are
        then copies of those in ``steps``.
    verbose : bool
        Whether to print the name of each step as it is fitted.

    Attributes
    ----------
    steps : list of (str, estimator)
        With the fitted estimators, after ``fit``.
    named_steps : dict
        The same by name.
    classes_, n_features_in_, feature_names_in_
        Those of the last, and of the first step that has them.

    Examples
    --------
    >>> from aiguille.neighbors import KNeighborsClassifier
    >>> from aiguille.preprocessing import StandardScaler
    >>> model = Pipeline([("scale", StandardScaler()), ("knn", KNeighborsClassifier(1))])
    >>> model.fit([[0, 1], [0, 2], [900, 1]], ["a", "b", "a"]).predict([[500, 1.9]])
    array(['b'], dtype='<U1')
    >>> model.set_params(knn__n_neighbors=3)["knn"]
    KNeighborsClassifier(n_neighbors=3)
    """

    def __init__(
        self, steps: list[Step], *, memory: Remembers | None = None, verbose: bool = False
    ) -> None:
        self.steps = steps
        self.memory = memory
        self.verbose = verbose

    predict = Handed()
    predict_proba = Handed()
    predict_log_proba = Handed()
    decision_function = Handed()
    score_samples = Handed()

    # -- fit ---------------------------------------------------------------------------------

    def fit(self, X: Any, y: ArrayLike | None = None, **fit_params: Any) -> Self:
        """Fit each step on what those before it make of the samples.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
        y : array-like of shape (n_samples,), optional
        **fit_params
            ``step__argument`` is given to that step's ``fit``.
        """
        given = self._by_step(fit_params)
        last = self._final_estimator
        if y is None and is_classifier(last):
            raise ValueError(
                f"{type(last).__name__} requires y to be passed, but the target y is None: give "
                "one class label for each row of X."
            )
        samples = self._fit_before_last(X, y, given)
        if last is not None:
            self._say(len(self.steps) - 1)
            fit_step(last, samples, y, given.get(self.steps[-1][0], {}))
        self._fitted = True
        return self

    @property
    def fit_transform(self) -> Any:
        """Fit each step, and give what the last one makes of the samples."""
        last = self._final_estimator
        if last is not None and not (hasattr(last, "transform") or hasattr(last, "fit_transform")):
            raise AttributeError(f"This 'Pipeline' has no attribute 'fit_transform', as {last!r}.")

        def fit_transform(X: Any, y: ArrayLike | None = None, **fit_params: Any) -> Any:
            given = self._by_step(fit_params)
            samples = self._fit_before_last(X, y, given)
            if last is not None:
                self._say(len(self.steps) - 1)
                arguments = given.get(self.steps[-1][0], {})
                samples, _ = fitted_and_transformed(last, samples, y, arguments)
            self._fitted = True
            return samples

        return fit_transform

    @property
    def fit_predict(self) -> Any:
        """Fit each step, and let the last one predict the samples that it has learned from."""
        last = self._final_estimator
        if not hasattr(last, "fit_predict"):
            raise AttributeError(f"This 'Pipeline' has no attribute 'fit_predict', as {last!r}.")

        def fit_predict(X: Any, y: ArrayLike | None = None, **fit_params: Any) -> Any:
            given = self._by_step(fit_params)
            samples = self._fit_before_last(X, y, given)
            self._say(len(self.steps) - 1)
            groups = last.fit_predict(samples, y, **given.get(self.steps[-1][0], {}))
            self._fitted = True
            return groups

        return fit_predict

    @classmethod
    def share_fits(cls, estimators: Sequence[Self]) -> FitAll | None:
        """Fit pipelines that begin alike together; see `aiguille.fitting`."""
        return fits_of_pipelines(estimators)

    def _fit_before_last(self, X: Any, y: Any, given: dict[str, dict[str, Any]]) -> Any:
        self.steps = check_steps(self.steps)
        function = remembering(fitted_and_transformed, self.memory)
        # Until all is done: some steps know the new samples then, and others the old ones.
        self._fitted = False
        for place, (name, step) in enumerate(self.steps[:-1]):
            if is_passed_through(step):
                continue
            self._say(place)
            # What is remembered depends on an unfitted step: what it was fitted on before
            # must not make another key of the same work.
            fresh = step if self.memory is None else clone(step)
            X, fitted = function(fresh, X, y, given.get(name, {}), wanted_container(step))
            self.steps[place] = name, fitted
        return X

    def _by_step(self, fit_params: dict[str, Any]) -> dict[str, dict[str, Any]]:
        """Sort arguments of ``fit`` by the step that they are for."""
        names = [name for name, _ in self._pairs()]
        for key in fit_params:
            name, _, inner = key.partition("__")
            if name not in names or not inner:
                raise ValueError(
                    f"Pipeline.fit does not accept the {key} parameter. You can pass parameters "
                    "to specific steps of your pipeline using the stepname__parameter format; "
                    f"its steps are {names}."
                )
        return by_step(fit_params)

    def _say(self, place: int) -> None:
        if self.verbose:
            print(f"[Pipeline] step {place + 1} of {len(self.steps)}: {self.steps[place][0]}")

    # -- use ---------------------------------------------------------------------------------

    def _check_fitted(self) -> None:
        if not self.__sklearn_is_fitted__():
            raise not_fitted_error(
                "This Pipeline instance is not fitted yet: call 'fit' with training samples "
                "before using this estimator."
            )

    def __sklearn_is_fitted__(self) -> bool:
        """Whether all steps are fitted: by ``fit``, or each before it came into the row."""
        if hasattr(self, "_fitted"):
            return bool(self._fitted)
        return bool(self._pairs()) and all(is_fitted(step) for step in self)

    def _before_last(self, X: Any) -> Any:
        for _, step in self.steps[:-1]:
            X = X if is_passed_through(step) else step.transform(X)
        return X

    @property
    def transform(self) -> Any:
        """Turn samples into what the last step makes of them."""
        last = self._final_estimator
        if last is not None and not hasattr(last, "transform"):
            raise AttributeError(f"This 'Pipeline' has no attribute 'transform', as {last!r}.")

        def transform(X: Any) -> Any:
            self._check_fitted()
            samples = self._before_last(X)
            return samples if last is None else last.transform(samples)

        return transform

    @property
    def inverse_transform(self) -> Any:
        """Take samples back through all steps."""
        steps = [step for step in self if not is_passed_through(step)]
        for step in steps:
            if not hasattr(step, "inverse_transform"):
                raise AttributeError(f"{step!r} has no inverse_transform.")

        def inverse_transform(X: Any) -> Any:
            self._check_fitted()
            for step in reversed(steps):
                X = step.inverse_transform(X)
            return X

        return inverse_transform

    @property
    def score(self) -> Any:
        """Let the last step score itself on samples that those before have transformed."""
        last = self._final_estimator
        if not hasattr(last, "score"):
            raise AttributeError(f"This 'Pipeline' has no attribute 'score', as {last!r}.")

        def score(X: Any, y: ArrayLike | None = None, **params: Any) -> Any:
            self._check_fitted()
            targets = () if y is None else (y,)
            return last.score(self._before_last(X), *targets, **params)

        return score

    def get_feature_names_out(self, input_features: ArrayLike | None = None) -> NDArray[Any]:
        """Give the names of the columns that come out.

        Parameters
        ----------
        input_features : array-like of str, optional
            By default the names that ``fit`` has seen.

        Returns
        -------
        ndarray of str objects
        """
        names: Any = input_features
        if names is None and self._first_estimator is None:
            raise ValueError("no step knows the columns' names: pass input_features.")
        for name, step in self.steps:
            if is_passed_through(step):
                continue
            if not hasattr(step, "get_feature_names_out"):
                raise AttributeError(
                    f"step {name!r}, {step!r}, does not provide get_feature_names_out; "
                    "pipeline[:-1] is a pipeline without the last step."
                )
            names = step.get_feature_names_out(names)
        return np.asarray(names, dtype=object)

    def set_output(self, *, transform: str | None = None) -> Self:
        """Choose what the steps' ``transform`` gives.

        Parameters
        ----------
        transform : {"default", "pandas", "polars"}, optional
        """
        for step in self:
            if hasattr(step, "set_output"):
                step.set_output(transform=transform)
        return self

    @property
    def classes_(self) -> NDArray[Any]:
        """The classes that the last step knows."""
        classes: NDArray[Any] = self.steps[-1][1].classes_
        return classes

    @property
    def n_features_in_(self) -> int:
        """The number of columns that the first step has seen."""
        return int(self._first_estimator.n_features_in_)

    @property
    def feature_names_in_(self) -> NDArray[np.object_]:
        """Their names."""
        names: NDArray[np.object_] = self._first_estimator.feature_names_in_
        return names

    @property
    def estimator_type(self) -> str | None:  # type: ignore[override]
        """The kind of the last step."""
        last = self._final_estimator
        if hasattr(last, "__sklearn_tags__") and not isinstance(last, Estimator):
            kind: str | None = last.__sklearn_tags__().estimator_type
            return kind
        return getattr(last, "estimator_type", None)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        pairs = self._pairs()
        if pairs and hasattr(pairs[0][1], "__sklearn_tags__"):
            first = pairs[0][1].__sklearn_tags__()
            tags.input_tags.pairwise = first.input_tags.pairwise
            tags.input_tags.sparse = all(
                step.__sklearn_tags__().input_tags.sparse
                for _, step in pairs
                if hasattr(step, "__sklearn_tags__")
            )
        last = self._final_estimator
        if hasattr(last, "__sklearn_tags__"):
            theirs = last.__sklearn_tags__()
            tags.estimator_type = theirs.estimator_type
            tags.target_tags.multi_output = theirs.target_tags.multi_output
            tags.target_tags.required = theirs.target_tags.required
            tags.classifier_tags, tags.regressor_tags = (
                theirs.classifier_tags,
                theirs.regressor_tags,
            )
            tags.transformer_tags = theirs.transformer_tags
        return tags


def make_pipeline(*steps: Any, memory: Remembers | None = None, verbose: bool = False) -> Pipeline:
    """Put estimators in a row, each named after its class in small letters.

    Parameters
    ----------
    *steps : estimators
        Of equal classes the names are numbered.
    memory, verbose
        As for `Pipeline`.

    Returns
    -------
    Pipeline

    Examples
    --------
    >>> from aiguille.preprocessing import Normalizer, StandardScaler
    >>> list(make_pipeline(StandardScaler(), Normalizer(), Normalizer()).named_steps)
    ['standardscaler', 'normalizer-1', 'normalizer-2']
    """
    kinds = [step if isinstance(step, str) else type(step).__name__.lower() for step in steps]
    names = [
        f"{kind}-{kinds[: place + 1].count(kind)}" if kinds.count(kind) > 1 else kind
        for place, kind in enumerate(kinds)
    ]
    return Pipeline(list(zip(names, steps, strict=True)), memory=memory, verbose=verbose)
