"""Scaling and encoding, as scikit-learn does it."""

import numpy as np
import pandas as pd
import pytest
import sklearn.preprocessing as theirs
from aiguille import preprocessing as ours
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

NUMBERS = arrays(
    np.float64,
    st.tuples(st.integers(1, 12), st.integers(1, 4)),
    elements=st.integers(-(10**6), 10**6).map(lambda number: number / 1000),
)
X = np.random.default_rng(0).normal(5, 3, (40, 4))
SCALERS = {
    "StandardScaler": [{}, {"with_mean": False}, {"with_std": False}],
    "MinMaxScaler": [{}, {"feature_range": (-2, 3)}, {"clip": True}],
    "Normalizer": [{}, {"norm": "l1"}, {"norm": "max"}],
}
EACH = [(name, options) for name, several in SCALERS.items() for options in several]


@pytest.mark.parametrize(("name", "options"), EACH)
@settings(max_examples=30)
@given(samples=NUMBERS)
def test_scaled_samples_are_those_of_scikit_learn(name, options, samples):
    one, other = getattr(ours, name)(**options), getattr(theirs, name)(**options)
    expected = other.fit_transform(samples)
    np.testing.assert_allclose(one.fit_transform(samples), expected, rtol=1e-6, atol=1e-6)
    new = samples[::-1] * 2 + 1
    np.testing.assert_allclose(
        one.transform(new), other.transform(new), rtol=1e-6, atol=1e-5 * max(1, abs(expected).max())
    )
    if hasattr(other, "inverse_transform"):
        np.testing.assert_allclose(
            one.inverse_transform(one.transform(samples)), samples, rtol=1e-6, atol=1e-6
        )


@pytest.mark.parametrize("name", ["StandardScaler", "MinMaxScaler"])
def test_parts_make_the_same_scale_as_all_at_once(name):
    whole = getattr(ours, name)().fit(X)
    parts = getattr(ours, name)()
    for start in range(0, 40, 7):
        parts.partial_fit(X[start : start + 7])
    assert parts.n_samples_seen_ == 40
    for attribute in ("scale_", "mean_" if name == "StandardScaler" else "min_"):
        np.testing.assert_allclose(getattr(parts, attribute), getattr(whole, attribute))
    assert parts.fit(X[:5]).n_samples_seen_ == 5


def test_weights_count_as_repeated_samples():
    weights = np.arange(40) % 3
    weighted = ours.StandardScaler().fit(X, sample_weight=weights)
    repeated = ours.StandardScaler().fit(np.repeat(X, weights, axis=0))
    np.testing.assert_allclose(weighted.mean_, repeated.mean_)
    np.testing.assert_allclose(weighted.var_, repeated.var_)


def test_far_from_zero_nothing_is_lost():
    far = X + 1e8
    np.testing.assert_allclose(ours.StandardScaler().fit(far).var_, X.var(axis=0), rtol=1e-6)
    constant = np.full((1000, 1), 0.1 + 1e6)
    assert ours.StandardScaler().fit_transform(constant).tolist() == [[0.0]] * 1000


@pytest.mark.parametrize(("name", "options"), EACH)
def test_float32_stays_and_integers_do_not_overflow(name, options):
    narrow = getattr(ours, name)(**options).fit_transform(X.astype(np.float32))
    assert narrow.dtype == np.float32
    large = np.array([[2**30, 1], [-(2**30), 2], [2**30, 3]], dtype=np.int32)
    np.testing.assert_allclose(
        getattr(ours, name)(**options).fit_transform(large),
        getattr(theirs, name)(**options).fit_transform(large.astype(float)),
    )


@pytest.mark.parametrize("container", ["pandas", "polars"])
@pytest.mark.parametrize("name", SCALERS)
def test_frames_come_out_with_the_names_that_came_in(container, name):
    pytest.importorskip(container)
    frame = pd.DataFrame(X, columns=list("abcd"), index=range(10, 50))
    scaler = getattr(ours, name)().set_output(transform=container)
    found = scaler.fit_transform(frame)
    assert list(found.columns) == list("abcd")
    if container == "pandas":
        assert list(found.index) == list(range(10, 50))
    assert type(found).__module__.startswith(container)
    assert isinstance(scaler.set_output(transform="default").transform(frame), np.ndarray)
    with pytest.raises(ValueError, match="transform='arrow' is not possible"):
        scaler.set_output(transform="arrow")


def test_scikit_learn_s_setting_is_obeyed():
    import sklearn

    with sklearn.config_context(transform_output="pandas"):
        assert isinstance(ours.StandardScaler().fit_transform(X), pd.DataFrame)
    assert isinstance(ours.StandardScaler().fit_transform(X), np.ndarray)


def test_wrong_parameters_are_refused():
    with pytest.raises(ValueError, match="norm='l3' is not possible: give one of"):
        ours.Normalizer("l3").fit(X)
    with pytest.raises(ValueError, match="must be smaller than maximum"):
        ours.MinMaxScaler((1, 0)).fit(X)
    with pytest.raises(ValueError, match="was fitted on 4"):
        ours.StandardScaler().fit(X).inverse_transform(X[:, :2])


@settings(max_examples=30)
@given(labels=st.lists(st.sampled_from(["Ada", "Bea", "Cy"]), min_size=1))
def test_classes_are_numbered_in_their_order(labels):
    encoder = ours.LabelEncoder()
    codes = encoder.fit_transform(labels)
    np.testing.assert_array_equal(codes, theirs.LabelEncoder().fit_transform(labels))
    assert encoder.inverse_transform(codes).tolist() == labels
    np.testing.assert_array_equal(encoder.transform(labels), codes)


def test_classes_that_were_not_seen_are_named():
    encoder = ours.LabelEncoder().fit(["Ada", "Bea"])
    with pytest.raises(ValueError, match=r"unseen labels: \['Cy'\]"):
        encoder.transform(["Ada", "Cy"])
    with pytest.raises(ValueError, match=r"unseen labels: \[-1, 2\]"):
        encoder.inverse_transform([0, -1, 2])
    with pytest.raises(ValueError, match="never equal"):
        encoder.transform([1, 2])
    with pytest.raises(ValueError, match="whole numbers"):
        encoder.inverse_transform([0.5])


def power(samples, exponent):
    return samples**exponent


def test_a_function_is_a_transformer():
    logarithm = ours.FunctionTransformer(
        np.log, np.exp, validate=True, feature_names_out="one-to-one"
    )
    frame = pd.DataFrame(np.abs(X) + 1, columns=list("abcd"))
    logarithm.set_output(transform="pandas")
    found = logarithm.fit_transform(frame)
    np.testing.assert_allclose(found, np.log(frame))
    assert list(found.columns) == list("abcd")
    np.testing.assert_allclose(logarithm.inverse_transform(found), frame)
    powers = ours.FunctionTransformer(power, kw_args={"exponent": 2}).fit(X)
    np.testing.assert_allclose(powers.transform(X), X**2)
    assert ours.FunctionTransformer().transform(frame) is frame
    with pytest.raises(AttributeError, match="feature_names_out='one-to-one'"):
        powers.get_feature_names_out()
    named = ours.FunctionTransformer(abs, feature_names_out=lambda _, names: names + "!")
    assert named.fit(frame).get_feature_names_out().tolist() == ["a!", "b!", "c!", "d!"]


def test_many_narrow_samples_far_from_zero_do_vary():
    far = np.random.default_rng(0).normal(1e6, 1, (100_000, 1)).astype(np.float32)
    found = ours.StandardScaler().fit(far)
    np.testing.assert_allclose(found.var_, far.astype(float).var(axis=0), rtol=1e-9)
    np.testing.assert_allclose(found.scale_, far.astype(float).std(axis=0), rtol=1e-9)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_column_that_is_constant_in_many_parts_is_constant(dtype):
    scaler = ours.StandardScaler()
    for size in range(1, 200):
        scaler.partial_fit(np.full((size, 3), [0.1, 0.1 + 1e6, 1e-5], dtype=dtype))
    assert scaler.scale_.tolist() == [1, 1, 1]


@pytest.mark.parametrize("norm", ["l1", "l2", "max"])
@pytest.mark.parametrize(
    "row", [np.float32([3e38, -3e38]), np.float32([3e-38, 4e-38]), [3e300, 4e300], [3e-300, 4e-300]]
)
def test_rows_of_any_size_get_length_one(norm, row):
    order = {"l1": 1, "l2": 2, "max": np.inf}[norm]
    found = ours.Normalizer(norm).fit_transform(np.array([row]))
    assert np.linalg.norm(found[0].astype(float), order) == pytest.approx(1, rel=1e-6)
    assert found[0, 1] / found[0, 0] == pytest.approx(float(row[1]) / float(row[0]), rel=1e-6)


def test_what_is_too_large_is_named_and_not_made_infinite():
    wide = np.array([[0, -1.7e308], [1, 1.7e308]])
    for scaler, told in ((ours.StandardScaler(), "variance"), (ours.MinMaxScaler(), "range")):
        with pytest.raises(ValueError, match=f"the {told} of column 1 is too large"):
            scaler.fit(wide)
    narrow = np.float32([[-3e38], [3e38]])
    assert ours.MinMaxScaler().fit_transform(narrow).tolist() == [[0], [1]]
    with pytest.raises(ValueError, match="feature_range=3 is not possible"):
        ours.MinMaxScaler(3).fit(X)
