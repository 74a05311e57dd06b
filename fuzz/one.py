"""`python -m fuzz.one TARGET [LIBFUZZER OPTION]...`: fuzz one target in this process."""

import logging
import sys

import atheris

with atheris.instrument_imports(include=["nblint"]):
    from fuzz.targets import ANY, TARGETS

logging.disable()
name = sys.argv.pop(1)
atheris.Setup(sys.argv, TARGETS.get(name, ANY).run)
atheris.Fuzz()
