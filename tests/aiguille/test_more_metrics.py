"""Class by class, by rank, and of numbers: metrics as scikit-learn has them."""

import warnings

import numpy as np
import pytest
import sklearn.metrics as theirs
from aiguille import metrics as ours
from aiguille.model_selection import cross_val_score
from aiguille.neighbors import KNeighborsClassifier
from hypothesis import given, settings
from hypothesis import strategies as st

NAMES = np.array(["Ada", "Bea", "Cy", "Dora"])
AVERAGES = [None, "micro", "macro", "weighted"]
few = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=12)


def quiet(function, *args, **kwargs):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return function(*args, **kwargs)


def weights_of(pairs):
    return np.random.default_rng(len(pairs)).random(len(pairs)) + 0.1


@pytest.mark.parametrize("average", AVERAGES)
@pytest.mark.parametrize("zero_division", [0, 1, np.nan])
@settings(max_examples=25)
@given(pairs=few, weighted=st.booleans())
def test_precision_recall_and_f_are_those_of_scikit_learn(average, zero_division, pairs, weighted):
    true, predicted = NAMES[np.array(pairs).T]
    options = {
        "average": average,
        "zero_division": zero_division,
        "beta": 0.7,
        "sample_weight": weights_of(pairs) if weighted else None,
    }
    expected = quiet(theirs.precision_recall_fscore_support, true, predicted, **options)
    found = ours.precision_recall_fscore_support(true, predicted, **options)
    for one, other in zip(found, expected, strict=True):
        if other is None:
            assert one is None
        else:
            np.testing.assert_allclose(one, other)


@settings(max_examples=25)
@given(pairs=few, labels=st.permutations([0, 1, 2, 3]), count=st.integers(1, 4))
def test_only_the_classes_that_are_asked_for_are_shown(pairs, labels, count):
    true, predicted = np.array(pairs).T
    options = {"labels": labels[:count], "zero_division": 0}
    expected = quiet(theirs.precision_recall_fscore_support, true, predicted, **options)
    np.testing.assert_allclose(
        ours.precision_recall_fscore_support(true, predicted, **options), expected
    )


@pytest.mark.parametrize("name", ["precision_score", "recall_score", "f1_score"])
def test_of_two_classes_the_one_that_is_looked_for_counts(name):
    true, predicted = ["no", "yes", "yes", "no"], ["no", "yes", "no", "no"]
    for label in "no", "yes":
        assert getattr(ours, name)(true, predicted, pos_label=label) == pytest.approx(
            getattr(theirs, name)(true, predicted, pos_label=label)
        )


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("labels", [None, ["Bea", "Ada"]])
@pytest.mark.parametrize("digits", [2, 4])
def test_the_report_is_the_text_that_people_know(weighted, labels, digits):
    true, predicted = np.random.default_rng(0).choice(NAMES, (2, 60))
    options = {"labels": labels, "digits": digits, "zero_division": 0}
    options["sample_weight"] = np.arange(60) if weighted else None
    for names in None, ["a person", "another"]:
        if names is None or labels is not None:
            assert ours.classification_report(
                true, predicted, target_names=names, **options
            ) == theirs.classification_report(true, predicted, target_names=names, **options)
    expected = theirs.classification_report(true, predicted, output_dict=True, **options)
    found = ours.classification_report(true, predicted, output_dict=True, **options)
    assert found.keys() == expected.keys()
    for row, values in expected.items():
        assert found[row] == pytest.approx(values)


def test_a_share_of_nothing_is_told():
    with pytest.warns(ours.UndefinedMetricWarning, match="Precision is ill-defined"):
        assert ours.precision_score([1, 1, 0], [0, 0, 0]) == 0
    with pytest.raises(ValueError, match="average='binary'"):
        ours.f1_score(["a", "b", "c"], ["a", "b", "c"])
    with pytest.raises(ValueError, match="pos_label=1 is not a valid label"):
        ours.f1_score(["a", "b"], ["a", "b"])
    with pytest.raises(ValueError, match="average='mean' is not possible"):
        ours.f1_score([0, 1], [0, 1], average="mean")
    with pytest.raises(ValueError, match="2 classes are shown, but target_names has 1"):
        ours.classification_report([0, 1], [0, 1], target_names=["one"])


@settings(max_examples=25)
@given(
    found=st.lists(st.booleans(), min_size=2, max_size=30).filter(lambda x: 0 < sum(x) < len(x)),
    seed=st.integers(0, 99),
    weighted=st.booleans(),
)
def test_the_area_under_roc_is_scikit_learn_s_also_with_equal_scores(found, seed, weighted):
    generator = np.random.default_rng(seed)
    scores = generator.integers(0, 5, len(found)) / 4
    weights = generator.random(len(found)) + 0.1 if weighted else None
    assert ours.roc_auc_score(found, scores, sample_weight=weights) == pytest.approx(
        theirs.roc_auc_score(found, scores, sample_weight=weights)
    )


@pytest.mark.parametrize("multi_class", ["ovr", "ovo"])
@pytest.mark.parametrize("average", ["macro", "weighted"])
def test_areas_of_several_classes_are_averaged(multi_class, average):
    generator = np.random.default_rng(1)
    true, scores = generator.choice(NAMES, 80), generator.dirichlet(np.ones(4), 80)
    options = {"multi_class": multi_class, "average": average}
    assert ours.roc_auc_score(true, scores, **options) == pytest.approx(
        theirs.roc_auc_score(true, scores, **options)
    )


def test_a_class_that_does_not_occur_has_no_area():
    generator = np.random.default_rng(1)
    true, scores = generator.choice(NAMES[:2], 80), generator.dirichlet(np.ones(3), 80)
    with pytest.warns(ours.UndefinedMetricWarning):
        found = ours.roc_auc_score(true, scores, labels=NAMES[:3], multi_class="ovr", average=None)
    expected = [theirs.roc_auc_score(true == NAMES[n], scores[:, n]) for n in (0, 1)]
    assert found[:2] == pytest.approx(expected)
    assert np.isnan(found[2])


def test_what_has_no_area_is_told():
    with pytest.warns(ours.UndefinedMetricWarning, match="Only one class"):
        assert np.isnan(ours.roc_auc_score([1, 1], [0.1, 0.2]))
    with pytest.raises(ValueError, match="probabilities for multiclass"):
        ours.roc_auc_score([0, 1, 2], np.eye(3) * 2, multi_class="ovr")
    with pytest.raises(ValueError, match="multi_class must be in"):
        ours.roc_auc_score([0, 1, 2], np.eye(3))
    with pytest.raises(ValueError, match="a column for each"):
        ours.roc_auc_score([0, 1, 2], [0.1, 0.2, 0.3])


@pytest.mark.parametrize(
    "name",
    ["mean_squared_error", "root_mean_squared_error", "mean_absolute_error", "r2_score"],
)
@pytest.mark.parametrize("multioutput", ["uniform_average", "raw_values"])
@pytest.mark.parametrize("shape", [(20,), (20, 3)])
def test_errors_of_numbers_are_those_of_scikit_learn(name, multioutput, shape):
    generator = np.random.default_rng(2)
    true, predicted = generator.normal(size=(2, *shape))
    for weights in None, generator.random(20):
        np.testing.assert_allclose(
            getattr(ours, name)(true, predicted, sample_weight=weights, multioutput=multioutput),
            getattr(theirs, name)(true, predicted, sample_weight=weights, multioutput=multioutput),
        )


def test_numbers_that_cannot_be_compared_are_refused():
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        ours.mean_squared_error([1, 2], [1, 2, 3])
    with pytest.raises(ValueError, match=r"different number of output \(2!=1\)"):
        ours.r2_score([[1, 2], [3, 4]], [1, 2])
    with pytest.raises(ValueError, match="Input y_pred contains NaN"):
        ours.mean_absolute_error([1, 2], [1, np.nan])
    with pytest.raises(ValueError, match="not defined for 1 sample"):
        ours.r2_score([1], [1])
    with pytest.raises(ValueError, match="multioutput='all' is not possible"):
        ours.r2_score([1, 2], [1, 2], multioutput="all")
    assert ours.r2_score([1, 1], [1, 1]) == 1
    assert ours.r2_score([1, 1], [1, 2]) == 0


@pytest.mark.parametrize(
    "name", ["f1_macro", "precision_weighted", "recall_micro", "roc_auc_ovr", "roc_auc_ovo"]
)
def test_scorers_have_scikit_learn_s_names(name):
    generator = np.random.default_rng(3)
    X, y = generator.normal(size=(90, 3)), np.repeat(NAMES[:3], 30)
    X[:, 0] += np.arange(90) / 30
    model = KNeighborsClassifier(9).fit(X, y)
    expected = theirs.get_scorer(name)(model, X, y)
    assert ours.get_scorer(name)(model, X, y) == pytest.approx(expected)
    assert cross_val_score(model, X, y, scoring=name, cv=3).shape == (3,)
