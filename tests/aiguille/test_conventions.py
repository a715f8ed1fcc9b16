"""scikit-learn's own checks of an estimator, on every one of ours.

A check that one of ours fails on purpose is named in EXPECTED, with the reason.
"""

import warnings

import pytest
from aiguille.cluster import (
    AffinityPropagation,
    AgglomerativeClustering,
    FeatureAgglomeration,
    KMeans,
    MiniBatchKMeans,
    ReNA,
    SpectralClustering,
)
from aiguille.covariance import EmpiricalCovariance, GraphicalLasso, GraphicalLassoCV, LedoitWolf
from aiguille.decomposition import PCA, IncrementalPCA
from aiguille.discriminant_analysis import LinearDiscriminantAnalysis
from aiguille.dummy import DummyClassifier
from aiguille.feature_selection import SelectKBest
from aiguille.linear_model import (
    LinearRegression,
    LogisticRegression,
    Ridge,
    RidgeClassifier,
    RidgeCV,
)
from aiguille.manifold import MDS, ClassicalMDS, SpectralEmbedding
from aiguille.model_selection import GridSearchCV, RandomizedSearchCV
from aiguille.naive_bayes import GaussianNB
from aiguille.neighbors import (
    KNeighborsClassifier,
    KNeighborsRegressor,
    NearestCentroid,
    NearestNeighbors,
)
from aiguille.pipeline import Pipeline
from aiguille.preprocessing import (
    FunctionTransformer,
    LabelEncoder,
    MinMaxScaler,
    Normalizer,
    StandardScaler,
)
from aiguille.random_projection import GaussianRandomProjection, SparseRandomProjection
from sklearn.utils.estimator_checks import check_estimator

ESTIMATORS = [
    AffinityPropagation(),
    AgglomerativeClustering(),
    ClassicalMDS(),
    DummyClassifier(),
    EmpiricalCovariance(),
    FeatureAgglomeration(),
    FunctionTransformer(),
    GaussianNB(),
    GaussianRandomProjection(2),
    GraphicalLasso(alpha=0.1),
    GraphicalLassoCV(n_refinements=1, cv=3),
    GridSearchCV(KNeighborsClassifier(), {"n_neighbors": [1, 2]}, cv=2),
    GridSearchCV(NearestCentroid(), {"metric": ["euclidean", "manhattan"]}, cv=2),
    IncrementalPCA(n_components=1),
    KMeans(n_clusters=3, n_init=2, max_iter=5),
    KNeighborsClassifier(),
    KNeighborsRegressor(),
    LabelEncoder(),
    LedoitWolf(),
    LinearDiscriminantAnalysis(),
    LinearDiscriminantAnalysis("eigen", shrinkage="auto"),
    LinearRegression(),
    MDS(eps=1e-3),
    LogisticRegression(),
    MiniBatchKMeans(n_clusters=3, n_init=2, max_iter=5),
    MinMaxScaler(),
    NearestCentroid(),
    NearestNeighbors(),
    Normalizer(),
    PCA(n_components=1),
    Pipeline([("scale", StandardScaler()), ("knn", KNeighborsClassifier())]),
    Pipeline([("scale", StandardScaler()), ("stretch", MinMaxScaler())]),
    RandomizedSearchCV(NearestCentroid(), {"metric": ["euclidean", "manhattan"]}, n_iter=2, cv=2),
    ReNA(n_clusters=1),
    Ridge(),
    RidgeCV(),
    RidgeClassifier(),
    SelectKBest(k=1),
    SparseRandomProjection(2),
    SpectralClustering(n_clusters=3, n_init=2),
    SpectralEmbedding(affinity="rbf"),
    StandardScaler(),
]
FITTED_IN_PLACE = "its steps are fitted in place, as those of scikit-learn's Pipeline are"
DRAWN = (
    "it draws where to begin, and repeated samples are drawn otherwise than weighted ones; "
    "scikit-learn's fails it too"
)
EXPECTED: dict[str, dict[str, str]] = {
    "KMeans": {
        "check_sample_weight_equivalence_on_dense_data": DRAWN,
    },
    "MiniBatchKMeans": {
        "check_sample_weight_equivalence_on_dense_data": DRAWN,
    },
    "Pipeline": {
        "check_dont_overwrite_parameters": FITTED_IN_PLACE,
        "check_estimators_overwrite_params": FITTED_IN_PLACE,
    },
}


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=repr)
def test_scikit_learn_finds_nothing_to_complain_of(estimator):
    expected = EXPECTED.get(type(estimator).__name__, {})
    with warnings.catch_warnings(record=True):
        warnings.simplefilter("default")
        results = check_estimator(estimator, on_fail=None, expected_failed_checks=expected)
    failed = {
        result["check_name"]: result["exception"]
        for result in results
        if result["status"] in ("failed", "xpassed")
    }
    assert failed == {}
    # Few checks are about what knows labels alone, or takes anything.
    assert len(results) > 40 or isinstance(estimator, LabelEncoder | FunctionTransformer)
