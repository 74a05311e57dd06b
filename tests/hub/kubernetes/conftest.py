"""Away from the person's own settings, with an identity for commits."""

from tests.template.conftest import away_from_home

__all__ = ["away_from_home"]
