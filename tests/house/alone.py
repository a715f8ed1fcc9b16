"""Show that a package works alone: what came with it, and that its README's examples run.

Run in a bare environment, by ``nox -s alone``:

    python tests/house/alone.py PACKAGE
    python tests/house/alone.py --install PACKAGE DIST_FOLDER

The second way installs the wheel and then the sdist found in a folder, and tries each.
"""

import argparse
import re
import subprocess
import sys
import tempfile
from importlib.metadata import distributions
from pathlib import Path

BROUGHT = {"aiguille": {"aiguille", "numpy"}, "faineant": {"faineant"}}
TOOLS = {"pip", "setuptools", "wheel"}
PACKAGES = Path(__file__).parents[2] / "packages"


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("package", choices=sorted(BROUGHT))
    parser.add_argument("dist", nargs="?", type=Path)
    parser.add_argument("--install", action="store_true")
    arguments = parser.parse_args()
    if not arguments.install:
        check_brought(arguments.package)
        run_examples(arguments.package)
        return
    for kind in ("*.whl", "*.tar.gz"):
        [built] = arguments.dist.glob(kind)
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--force-reinstall", "--no-deps"]
        subprocess.run([*pip, str(built)], check=True)
        print(f"{built.name}, {built.stat().st_size / 1000:.0f} kB, installs")
        run_examples(arguments.package)


def check_brought(package: str) -> None:
    """Compare what is installed with what the package may bring."""
    found = {each.metadata["Name"].lower() for each in distributions()} - TOOLS
    if found != BROUGHT[package]:
        sys.exit(f"{package} brought {sorted(found)}, expected {sorted(BROUGHT[package])}")
    print(f"pip install ./packages/{package} brought {' and '.join(sorted(found))}, nothing else")


def run_examples(package: str) -> None:
    """Run the README's Python in a fresh interpreter, away from the sources."""
    text = (PACKAGES / package / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
    if not blocks:
        sys.exit(f"the README of {package} has no example")
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder, "example.py")
        script.write_text("\n".join(blocks), encoding="utf-8")
        subprocess.run([sys.executable, "-I", str(script)], check=True, cwd=folder)
    print(f"the {len(blocks)} examples of its README run")


if __name__ == "__main__":
    main()
