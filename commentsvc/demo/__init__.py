"""A small newspaper to look at: its articles, its people, its comments in every state."""

from .routes import install

__all__ = ["install"]
