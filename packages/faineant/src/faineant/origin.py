"""Whose code a module holds: Python's, an installed package's, or the user's own.

Python's and the packages' count by their version, so that nobody walks through
numpy to see whether it has changed. What lies anywhere else is the user's own,
an editable install too, and is looked into.
"""

from __future__ import annotations

import functools
import importlib.machinery
import os
import sys
import sysconfig
from functools import lru_cache
from pathlib import Path, PurePath
from typing import Any

__all__ = [
    "find_module",
    "main_name",
    "module_called",
    "module_file",
    "module_name",
    "origin",
    "origin_of_spec",
    "work_for",
]


SENDER: list[str] = []  # the main program that this process works for


def main_name() -> str:
    """Give the name under which others import the module that runs as the main one.

    Returns
    -------
    str
        ``"analysis"`` for ``python analysis.py``, the same as for an import of
        it; ``"__main__"`` in notebooks and at the prompt, which have no file.
    """
    if SENDER:
        return SENDER[0]
    # While a worker loads the script, its __main__ is still the worker's own.
    mains = sys.modules.get("__main__"), sys.modules.get("__mp_main__")
    loading = getattr(mains[1], "__name__", None) == "__mp_main__"
    return name_told(mains[0]) or (loading and name_told(mains[1])) or "__main__"


def work_for(sender: str) -> None:
    """Take the name of the main program from the one that sends functions here by value.

    Parameters
    ----------
    sender : str
        What `main_name` gives there. It makes no difference where the main
        program is the user's own, and no worker of a package.
    """
    main = sys.modules.get("__main__")
    file = getattr(main, "__file__", None)
    if isinstance(file, str) and origin_of_file(name_told(main) or "", file) is not None:
        SENDER[:] = [sender]


def name_told(main: Any) -> str | None:
    """Give the name by which the spec or the file of a program tells it."""
    name = getattr(getattr(main, "__spec__", None), "name", None)
    if isinstance(name, str):
        return name.removesuffix(".__main__")
    file = getattr(main, "__file__", None)
    stem = Path(file).stem if isinstance(file, str) else ""
    return stem if stem.isidentifier() else None


def module_name(value: Any) -> str:
    """Give the name of the module that a thing says it is from."""
    return module_called(str(getattr(value, "__module__", None) or type(value).__module__))


def module_called(name: str) -> str:
    """Give a module one name, whether it runs as a program, in a worker or is imported."""
    return main_name() if name in ("__main__", "__mp_main__") else name


def origin(module: str) -> tuple[str, ...] | None:
    """Say whose code a module holds: Python's or a package's, with the version; None: the user's.

    faineant's own counts by its version even where it is installed editable.
    """
    top = module.partition(".")[0]
    if top in ("__main__", "__mp_main__"):
        return None
    if top == "faineant":
        return "package", top, version(top)
    return origin_of_file(module, module_file(module))


def module_file(module: str) -> str | None:
    """Give the file of a loaded module."""
    loaded = sys.modules.get(module) or sys.modules.get(module.partition(".")[0])
    file = getattr(loaded, "__file__", None)
    return file if isinstance(file, str) else None


@functools.cache
def origin_of_file(module: str, file: str | None) -> tuple[str, ...] | None:
    """Say whose code lies in a file."""
    top = module.partition(".")[0]
    python = "python", sys.implementation.name, "{}.{}".format(*sys.version_info)
    if file is None:
        known = top in sys.builtin_module_names or top in sys.stdlib_module_names
        return python if known else None
    if {"site-packages", "dist-packages"} & set(PurePath(file).parts):
        found = version(top)
        return ("package", top, found) if found else None
    inside = any(Path(file).is_relative_to(folder) for folder in python_folders())
    return python if inside else None


@lru_cache(maxsize=1)
def python_folders() -> list[str]:
    """List the folders of the standard library."""
    paths = sysconfig.get_paths()
    folders = {paths["stdlib"], paths["platstdlib"], os.path.dirname(os.__file__)}
    return sorted(folders | {os.path.realpath(folder) for folder in folders})


@functools.cache
def version(package: str) -> str:
    """Give the version of the distribution that brought a package; empty if none did."""
    for folder in sys.path:
        if found := distributions(folder).get(package.lower()):
            return found
    from importlib import metadata  # takes 37 ms, for those with another name than their package

    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        pass
    names = metadata.packages_distributions().get(package, ())
    versions = [f"{name} {metadata.version(name)}" for name in sorted(set(names))]
    return ", ".join(versions) or str(getattr(sys.modules.get(package), "__version__", ""))


@functools.cache
def distributions(folder: str) -> dict[str, str]:
    """List what is installed in a folder, with versions, as the names of its records tell."""
    try:
        records = [name for name in os.listdir(folder) if name.endswith(".dist-info")]
    except OSError:
        return {}
    parted = (name.removesuffix(".dist-info").partition("-") for name in records)
    return {name.lower(): version for name, _, version in parted}


def origin_of_spec(name: str, spec: importlib.machinery.ModuleSpec) -> tuple[str, ...] | None:
    """Say whose code a module holds that need not be loaded."""
    if name.partition(".")[0] == "faineant":
        return origin(name)
    return origin_of_file(name, spec.origin if spec.has_location else None)


def find_module(name: str) -> importlib.machinery.ModuleSpec | None:
    """Find a module without importing it or its parents."""
    path: Any = None
    spec = None
    for count in range(1, name.count(".") + 2):
        step = ".".join(name.split(".")[:count])
        finders = (getattr(finder, "find_spec", None) for finder in sys.meta_path)
        spec = next((found for find in finders if find and (found := find(step, path))), None)
        if spec is None:
            return None
        path = spec.submodule_search_locations
        if path is None and step != name:
            return None
    return spec
