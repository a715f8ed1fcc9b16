"""Our scores against scikit-learn's, and our scorers inside scikit-learn's tools."""

import pickle
import warnings

import numpy as np
import pytest
import sklearn.metrics as theirs
from aiguille import linalg, metrics
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy
from sklearn.datasets import load_breast_cancer, load_iris
from sklearn.linear_model import LogisticRegression, Perceptron
from sklearn.model_selection import GridSearchCV, cross_val_score, cross_validate
from sklearn.neighbors import KNeighborsClassifier


@st.composite
def answers(draw):
    """True classes, predicted ones, and weights or none."""
    n = draw(st.integers(1, 30))
    labels = draw(
        st.sampled_from(
            [["Ada", "Bea", "Zoë"], [3, -1, 12], [True, False], [0.0, 2.0], [0, 1, 2, 3]]
        )
    )
    column = st.lists(st.sampled_from(labels), min_size=n, max_size=n)
    weights = st.none() | st_numpy.arrays(
        draw(st.sampled_from([np.int64, np.float64])), n, elements=st.integers(1, 9)
    )
    return draw(column), draw(column), draw(weights)


def without_warnings(function, *args, **kwargs):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return function(*args, **kwargs)


def assert_same(name, *args, **kwargs):
    expected = without_warnings(getattr(theirs, name), *args, **kwargs)
    found = without_warnings(getattr(metrics, name), *args, **kwargs)
    assert type(found) is type(expected) or isinstance(expected, int | np.number)
    np.testing.assert_allclose(found, expected, rtol=1e-13)


# The same numbers as scikit-learn's


@given(case=answers(), normalize=st.booleans())
def test_accuracy_is_scikit_learns(case, normalize):
    y_true, y_pred, weights = case
    assert_same("accuracy_score", y_true, y_pred, normalize=normalize, sample_weight=weights)


@given(case=answers(), normalize=st.booleans())
def test_zero_one_loss_is_scikit_learns(case, normalize):
    y_true, y_pred, weights = case
    assert_same("zero_one_loss", y_true, y_pred, normalize=normalize, sample_weight=weights)


@given(case=answers(), normalize=st.sampled_from([None, "true", "pred", "all"]))
def test_confusion_matrix_is_scikit_learns(case, normalize):
    y_true, y_pred, weights = case
    assert_same("confusion_matrix", y_true, y_pred, normalize=normalize, sample_weight=weights)


@given(case=answers(), seed=st.integers(0, 99), n_labels=st.integers(1, 3))
def test_confusion_matrix_shows_the_chosen_labels_in_the_chosen_order(case, seed, n_labels):
    y_true, y_pred, weights = case
    others = np.random.RandomState(seed).permutation(np.unique(y_pred))
    labels = list(dict.fromkeys([y_true[0], *others.tolist()]))[:n_labels]
    assert_same("confusion_matrix", y_true, y_pred, labels=labels, sample_weight=weights)


def test_confusion_matrix_counts_in_whole_numbers_unless_weights_are_fractions():
    counted = metrics.confusion_matrix([0, 1], [0, 1])
    weighted = metrics.confusion_matrix([0, 1], [0, 1], sample_weight=[2, 3])
    shared = metrics.confusion_matrix([0, 1], [0, 1], sample_weight=[0.5, 3])
    assert [m.dtype for m in (counted, weighted, shared)] == [np.int64, np.int64, np.float64]


@given(case=answers())
def test_balanced_accuracy_is_scikit_learns(case):
    y_true, y_pred, weights = case
    assert_same("balanced_accuracy_score", y_true, y_pred, sample_weight=weights)
    if len(set(y_true)) > 1:
        assert_same("balanced_accuracy_score", y_true, y_pred, adjusted=True)


def test_balanced_accuracy_tells_of_predicted_classes_that_do_not_exist():
    with pytest.warns(UserWarning, match="y_pred contains classes not in y_true"):
        assert metrics.balanced_accuracy_score([0, 0, 1], [0, 2, 1]) == 0.75


def test_a_column_of_labels_is_as_good_as_a_row():
    assert metrics.accuracy_score([[1], [2], [2]], [1, 2, 1]) == pytest.approx(2 / 3)


def test_pairwise_distances_are_those_of_linalg():
    assert metrics.pairwise_distances is linalg.pairwise_distances


# Errors


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (([1, 2, 3], [1, 2]), r"inconsistent numbers of samples: \[3, 2\]"),
        (([1, 2], [1, 2], [1.0]), r"inconsistent numbers of samples: \[2, 2, 1\]"),
        (([], []), "y_true cannot be judged: y is empty"),
        (([1, 2], [0.5, 2]), "y_pred cannot be judged: Unknown label type: continuous"),
        (([1, 2], None), "y_pred cannot be judged"),
        (([[1, 0], [0, 1]], [1, 0]), "y_true cannot be judged: y should be a 1d array"),
        ((["a", "b"], [0, 1]), "y_true holds text and y_pred holds numbers"),
        (([0, 1], ["a", "b"]), "y_true holds numbers and y_pred holds text"),
        (([0, 1], [0, 1], [[1], [1]]), "sample_weight must be one finite number"),
        (([0, 1], [0, 1], [1, np.nan]), "sample_weight must be one finite number"),
        (([0, 1], [0, 1], ["1", "1"]), "sample_weight must be one finite number"),
        (([0, 1], [0, 1], [0, 0]), "adds up to zero"),
    ],
)
@pytest.mark.parametrize("name", ["accuracy_score", "zero_one_loss", "confusion_matrix"])
def test_answers_that_cannot_be_compared_are_refused(name, args, message):
    y_true, y_pred, *weights = args
    with pytest.raises(ValueError, match=message):
        getattr(metrics, name)(y_true, y_pred, sample_weight=weights[0] if weights else None)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"labels": [7, 8]}, r"must be in y_true: labels=\[7, 8\], but y_true has \[0, 1\]"),
        ({"labels": ["a"]}, "labels holds text and y_true holds numbers"),
        ({"labels": []}, "labels cannot be judged: y is empty"),
        ({"normalize": "rows"}, "normalize='rows' must be 'true', 'pred', 'all' or None"),
    ],
)
def test_a_confusion_matrix_that_cannot_be_is_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        metrics.confusion_matrix([0, 1], [0, 1], **settings)


# Scorers


SCORERS = [
    metrics.make_scorer(metrics.accuracy_score),
    metrics.make_scorer(metrics.accuracy_score, normalize=False),
    metrics.make_scorer(metrics.zero_one_loss, greater_is_better=False),
    metrics.get_scorer("balanced_accuracy"),
]


def same_by_scikit_learn(scorer):
    return theirs.make_scorer(
        getattr(theirs, scorer.score_func.__name__),
        greater_is_better=scorer.greater_is_better,
        **scorer.kwargs,
    )


@pytest.fixture(scope="module")
def iris():
    X, y = load_iris(return_X_y=True)
    return X[:, :1], y


@pytest.mark.parametrize("scorer", SCORERS, ids=repr)
def test_a_scorer_gives_the_score_of_scikit_learns(scorer, iris):
    X, y = iris
    model = KNeighborsClassifier().fit(X[::2], y[::2])
    expected = same_by_scikit_learn(scorer)(model, X, y)
    assert scorer(model, X, y) == pytest.approx(expected, rel=1e-13)
    assert scorer.of_predictions(y, model.predict(X)) == scorer(model, X, y)


@pytest.mark.parametrize("scorer", SCORERS, ids=repr)
def test_a_scorer_hands_weights_to_its_metric(scorer, iris):
    X, y = iris
    model = KNeighborsClassifier().fit(X[::2], y[::2])
    weights = np.linspace(1, 5, len(y))
    expected = same_by_scikit_learn(scorer)(model, X, y, sample_weight=weights)
    assert scorer(model, X, y, sample_weight=weights) == pytest.approx(expected)
    assert scorer.of_predictions(y, model.predict(X), weights) == pytest.approx(expected)


@pytest.mark.parametrize("scorer", SCORERS, ids=repr)
def test_scikit_learn_takes_our_scorers(scorer, iris):
    expected = same_by_scikit_learn(scorer)
    scores, same = (
        cross_val_score(KNeighborsClassifier(), *iris, scoring=scoring)
        for scoring in (scorer, expected)
    )
    np.testing.assert_allclose(scores, same, rtol=1e-13)
    grid = {"n_neighbors": [1, 20]}
    search, other = (
        GridSearchCV(KNeighborsClassifier(), grid, scoring=scoring).fit(*iris)
        for scoring in (scorer, expected)
    )
    assert search.best_params_ == other.best_params_
    many = cross_validate(KNeighborsClassifier(), *iris, scoring={"ours": scorer})
    np.testing.assert_allclose(many["test_ours"], same, rtol=1e-13)


@pytest.mark.parametrize("model", [LogisticRegression(max_iter=5000), Perceptron()], ids=repr)
@pytest.mark.parametrize("method", ["predict_proba", ("decision_function", "predict_proba")])
@pytest.mark.parametrize("metric", [theirs.roc_auc_score, theirs.average_precision_score])
def test_a_scorer_may_judge_confidence_as_scikit_learns_do(model, method, metric):
    X, y = load_breast_cancer(return_X_y=True)
    model.fit(X[::2, :3], y[::2])
    scorer = metrics.make_scorer(metric, response_method=method)
    if not hasattr(model, "predict_proba") and method == "predict_proba":
        with pytest.raises(AttributeError, match="has none of the methods predict_proba"):
            scorer(model, X[:, :3], y)
    else:
        expected = theirs.make_scorer(metric, response_method=method)(model, X[:, :3], y)
        assert scorer(model, X[:, :3], y) == expected


@pytest.mark.parametrize("method", ["predict_proba", "decision_function"])
def test_the_class_that_confidence_is_about_can_be_chosen(method):
    X, y = load_breast_cancer(return_X_y=True)
    names = np.array(["bad", "good"])[y]
    model = LogisticRegression(max_iter=5000).fit(X[:, :3], names)
    for pos_label in names[:1].item(), "good":
        settings = {"response_method": method, "pos_label": pos_label}
        ours, other = (
            library.make_scorer(theirs.average_precision_score, **settings)
            for library in (metrics, theirs)
        )
        assert ours(model, X[:, :3], names) == other(model, X[:, :3], names)


def test_probabilities_of_more_than_two_classes_are_judged_together(iris):
    model = KNeighborsClassifier().fit(*iris)
    ours, other = (
        library.make_scorer(
            theirs.log_loss, greater_is_better=False, response_method="predict_proba"
        )
        for library in (metrics, theirs)
    )
    assert ours(model, *iris) == other(model, *iris)


def test_a_scorer_of_confidence_cannot_judge_predictions():
    scorer = metrics.make_scorer(theirs.log_loss, response_method="predict_proba")
    with pytest.raises(ValueError, match="judges the model's predict_proba, not its predictions"):
        scorer.of_predictions([0, 1], [0, 1])


@pytest.mark.parametrize("scorer", SCORERS, ids=repr)
def test_a_scorer_can_be_sent_elsewhere_compared_and_hashed(scorer):
    copied = pickle.loads(pickle.dumps(scorer))
    assert copied == scorer
    assert hash(copied) == hash(scorer)
    assert eval(repr(scorer), vars(metrics)) == scorer


def test_a_scorer_cannot_be_changed():
    with pytest.raises(AttributeError):
        SCORERS[0].greater_is_better = False


def test_a_scorer_is_found_by_name_and_any_other_is_kept():
    assert metrics.get_scorer("accuracy") == metrics.make_scorer(metrics.accuracy_score)
    foreign = theirs.get_scorer("accuracy")
    assert metrics.get_scorer(foreign) is foreign

    def by_hand(model, X, y):
        return 1.0

    assert metrics.get_scorer(by_hand) is by_hand


@pytest.mark.parametrize(
    ("scoring", "message"),
    [
        ("acuracy", r"'acuracy' is not a valid scoring value: give one of \['accuracy', 'adj"),
        (3, "scoring=3 is not a valid scoring value"),
        (metrics.accuracy_score, r"looks like a metric.*: give make_scorer\(accuracy_score\)"),
        (theirs.f1_score, r"give make_scorer\(f1_score\)"),
    ],
)
def test_what_is_no_scorer_is_refused(scoring, message):
    with pytest.raises(ValueError, match=message):
        metrics.get_scorer(scoring)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"score_func": "accuracy"}, "score_func='accuracy' must be a metric"),
        ({"response_method": "transform"}, "response_method='transform' must be one or several"),
        ({"response_method": []}, "response_method=.. must be one or several"),
    ],
)
def test_a_scorer_that_cannot_be_is_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        metrics.make_scorer(**{"score_func": metrics.accuracy_score, **settings})


def test_a_weighted_matrix_without_any_sample_in_it_holds_floats_too():
    weighed = {"labels": [1, 2], "sample_weight": [0.5, 0.25]}
    ours = metrics.confusion_matrix([1, 0], [0, 0], **weighed)
    assert ours.dtype == theirs.confusion_matrix([1, 0], [0, 0], **weighed).dtype
