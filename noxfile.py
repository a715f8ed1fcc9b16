"""What one can do here: ``python -m nox -l`` lists the sessions."""

import nox

nox.needs_version = ">=2025.2.9"
nox.options.reuse_venv = "yes"
nox.options.sessions = ["lint", "types", "tests"]

GROUPS = nox.project.load_toml("pyproject.toml")
PACKAGES = ("-e", "packages/aiguille", "-e", "packages/faineant")


def groups(*names: str) -> list[str]:
    """Give the requirements of some dependency groups."""
    return list(nox.project.dependency_groups(GROUPS, *names))
