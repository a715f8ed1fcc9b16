"""What one can do here: ``python -m nox -l`` lists the sessions."""

from pathlib import Path

import nox

nox.needs_version = ">=2025.5.1"
nox.options.reuse_venv = "yes"
nox.options.sessions = ["lint", "types", "tests"]

HERE = Path(__file__).parent
PROJECT = nox.project.load_toml(HERE / "pyproject.toml")
PACKAGES = ("-e", "packages/aiguille", "-e", "packages/faineant")
ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"
)


def groups(*names: str) -> list[str]:
    """Give the requirements of some dependency groups."""
    return list(nox.project.dependency_groups(PROJECT, *names))


def install(session: nox.Session, *names: str) -> None:
    """Install both packages, the data and some dependency groups; make `course` importable."""
    session.install("--no-deps", *groups("data"))
    session.install(*PACKAGES, *groups(*names))
    # A line in a .pth file is a folder to import from: `course` is no package to install.
    for folder in Path(session.virtualenv.location).rglob("site-packages"):
        (folder / "needle-haystack.pth").write_text(str(HERE))


@nox.session
def course(session: nox.Session) -> None:
    """Run the chapters on the real data, then make their pages: the one to start with."""
    install(session, "course")
    session.run("python", "-m", "course", "run", "all", *session.posargs)
    session.install(*groups("site"))
    session.run("python", "-m", "course", "pages", *session.posargs)


@nox.session
def tests(session: nox.Session) -> None:
    """Run all tests, the documentation's examples among them, in parallel."""
    install(session, "course", "peers", "clusters", "tests", "site")
    session.run("pytest", "-n", "auto", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Check style, formatting and spelling."""
    session.install(*groups("lint"))
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    session.run("codespell")


@nox.session
def types(session: nox.Session) -> None:
    """Check the types."""
    install(session, "course", "types")
    session.run("mypy")


@nox.session
def docs(session: nox.Session) -> None:
    """Build the site; a warning is an error."""
    install(session, "course", "site")
    session.run("python", "-m", "course", "pages", "--strict", *session.posargs)


@nox.session
def serve(session: nox.Session) -> None:
    """Show the site, and show it anew whenever a chapter is saved."""
    install(session, "course", "site")
    session.run("python", "-m", "course", "serve", *session.posargs)


@nox.session
def browser(session: nox.Session) -> None:
    """Look at every page of the site in a real Chromium (install Debian's `chromium`, say)."""
    install(session, "course", "site", "browser")
    session.run("python", "-m", "course", "pages")
    session.run("pytest", "tests/browser", "-n2", "--dist=loadscope", *session.posargs)


@nox.session
def benchmarks(session: nox.Session) -> None:
    """Measure against the peers: ours and theirs in turn, one thread, results compared first."""
    install(session, "course", "peers", "benchmarks")
    session.run("pytest", "tests/benchmarks", *session.posargs, env=ONE_THREAD)


@nox.session(reuse_venv=False)
@nox.parametrize("package", ["aiguille", "faineant"])
def alone(session: nox.Session, package: str) -> None:
    """Install one package in a bare environment and try it; build it, and try what was built."""
    session.install(f"./packages/{package}")
    session.run("python", "tests/house/alone.py", package)
    dist = session.create_tmp()
    session.run("pip", "uninstall", "--yes", package, silent=True)
    session.run("pip", "install", "--quiet", "build")
    session.run("python", "-m", "build", "--outdir", dist, f"packages/{package}", silent=True)
    session.run("python", "tests/house/alone.py", "--install", package, dist)
