"""The lazy one: never compute the same call twice, use every core."""

__version__ = "0.1.0"
