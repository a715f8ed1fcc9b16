"""The needle: a tiny machine-learning library on numpy alone."""

__version__ = "0.1.0"
