"""Patterns that are compiled at their first use work as others do."""

import importlib
import pkgutil
import re

import pytest

import nblint
from nblint.patterns import Uncompiled, lazy_pattern


def test_a_pattern_does_what_compiled_ones_do() -> None:
    late, now = lazy_pattern(r"(?P<key>\w)=", re.I), re.compile(r"(?P<key>\w)=", re.I)
    assert late.sub("", "a=b") == now.sub("", "a=b") == "b"
    assert late.findall("a=b=") == now.findall("a=b=")
    assert (late.pattern, late.flags, late.groupindex) == (now.pattern, now.flags, now.groupindex)
    found = late.match("xa=", 1)
    assert found is not None
    assert found["key"] == "a"
    assert lazy_pattern(b"a").search(b"ba") is not None


def test_nothing_is_compiled_before_its_first_use() -> None:
    late = lazy_pattern("(")
    with pytest.raises(re.error):
        late.search("")


def test_every_pattern_compiles() -> None:
    number = 0
    for module_info in pkgutil.walk_packages(nblint.__path__, "nblint."):
        if module_info.name.startswith(("nblint.server", "nblint.template", "nblint.__main__")):
            continue
        for value in vars(importlib.import_module(module_info.name)).values():
            if isinstance(value, Uncompiled):
                assert value.flags >= 0
                number += 1
    assert number > 100
