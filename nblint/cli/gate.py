"""`nblint gate`."""

import os
import sys
from pathlib import Path

import click

from nblint.cli import options
from nblint.cli.commands import Command
from nblint.cli.status import Status
from nblint.errors import SettingsError
from nblint.git.repository import Repository
from nblint.linting.gate import Gate
from nblint.reports import renderer

# Set by `pre-commit run --from-ref`.
_FROM_PRE_COMMIT = "PRE_COMMIT_FROM_REF"
