"""The house keeps its promises: what packages may import, who knows whom, what is nowhere said."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
PACKAGES = {"aiguille": {"numpy"}, "faineant": set()}
# What a module imports for whoever has it already, and only inside of functions.
LENT = {"joblib_backend": {"joblib"}}
FLOORS = {
    "aiguille": [
        {"validation", "parameters", "linalg", "sharing"},
        {"base", "splitters", "metrics", "graph", "image", "spectrum"},
        {"fitting", "transformers", "laplacian"},
        {
            "cluster",
            "covariance",
            "datasets",
            "decomposition",
            "discriminant_analysis",
            "dummy",
            "feature_selection",
            "linear_model",
            "manifold",
            "naive_bayes",
            "neighbors",
            "preprocessing",
            "random_projection",
        },
        {"pipeline", "model_selection"},
    ],
    "faineant": [
        {
            "caller",
            "cores",
            "deep",
            "digest",
            "expiry",
            "facts",
            "forms",
            "ledger",
            "lines",
            "locks",
            "origin",
            "progress",
            "seeding",
            "signing",
            "starting",
            "tally",
            "threadpools",
            "tokens",
            "travel",
            "tree",
            "units",
            "watch",
            "wire",
            "words",
        },
        {"bytecode", "byvalue", "claims", "failures", "pack"},
        {"batches", "entries", "files", "fingerprint", "remembered", "unpack", "why"},
        {"dumped", "identity", "limit", "recent", "serving"},
        {"calls", "store", "workers"},
        {"ahead", "engines", "held"},
        {"executors", "loop"},
        {"cached", "configured", "plain"},
        {"awaited", "joblib_backend", "parallel"},
        {"memory"},
    ],
}
# Neighbours on a floor that one of them stands on.
BESIDE = {
    ("linalg", "validation"),
    ("image", "graph"),
    ("metrics", "base"),
    ("discriminant_analysis", "covariance"),
    ("deep", "locks"),
    ("signing", "caller"),
    ("digest", "deep"),
    ("digest", "forms"),
    ("digest", "origin"),
    ("digest", "tree"),
    ("tally", "locks"),
}


def sources(package):
    return sorted((HOUSE / "packages" / package / "src" / package).rglob("*.py"))


def imported(path):
    """Full names of the modules that a file imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            named = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from named if node.module in PACKAGES else [node.module]


def part_of(package, path):
    return path.relative_to(HOUSE / "packages" / package / "src" / package).parts[0].split(".")[0]


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_imports_only_what_it_promises(package):
    allowed = PACKAGES[package] | {package} | set(sys.stdlib_module_names)
    for path in sources(package):
        lent = LENT.get(path.stem, set())
        assert {name.partition(".")[0] for name in imported(path)} <= allowed | lent, path


@pytest.mark.parametrize("package", PACKAGES)
def test_a_file_knows_only_the_floors_below_it(package):
    floor = {part: height for height, parts in enumerate(FLOORS[package]) for part in parts}
    for path in sources(package):
        part = part_of(package, path)
        if part in ("__init__", "__main__"):
            continue
        for name in imported(path):
            other = name.split(".")[1] if name.startswith(f"{package}.") else part
            if other != part and (part, other) not in BESIDE:
                assert floor[other] < floor[part], f"{path} imports {other}"


def tracked_files():
    listed = subprocess.run(["git", "ls-files"], cwd=HOUSE, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("no git checkout")
    return [HOUSE / name for name in listed.stdout.splitlines() if (HOUSE / name).is_file()]


def test_no_file_holds_a_path_of_one_machine():
    markers = ["/" + "root/", "/" + "work/", "/" + "home/", "C:\\" + "Users"]
    for path in tracked_files():
        if path.suffix in (".png", ".svg", ".pickle"):
            continue
        text = path.read_text(encoding="utf-8")
        assert not [marker for marker in markers if marker in text], path
