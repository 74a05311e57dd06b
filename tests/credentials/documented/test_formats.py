"""The table of documented formats: complete and precise."""

import random
import re
from itertools import product

import pytest

from nblint.credentials.documented.format_search import find_formats, present_formats, stands_alone
from nblint.credentials.documented.formats import FORMATS, Format
from nblint.credentials.documented.private_keys import find_private_keys
from tests.credentials.tokens import GENERATORS, TEMPLATES, make

OTHERS = {
    "password", "api-key", "opaque-token", "uuid", "uuid-tenant", "uuid-client", "hex40", "hex48", "hex64",
    "half", "a36", "b43", "z5", "sas-signature", "basic", "base64-github", "private-key",
    "private-key-escaped", "b86", "documented-json-web-token", "masked-github-token",
    "base32", "chosen-password", "signed-password", "app-password",
    "masked-huggingface-token", "sequential-github-token", "service-account", "aws-secret-access-key",
}  # fmt: skip
DOCUMENTED = sorted({*TEMPLATES, *GENERATORS} - OTHERS)
AROUND = ['"{}"', "={}\n", " {} ", "\\n{}\\n", "({})", "%22{}%22", "\t{},", "key:{};", "`{}`."]


@pytest.mark.parametrize("name", DOCUMENTED)
def test_format_is_found_whatever_stands_around_it(name: str) -> None:
    for seed, around in product(range(12), AROUND):
        value = make(name, seed)
        text = "azure storage account_key, discord.com: x = " + around.format(value)
        found = {text[match.start : match.end] for match in find_formats(text)}
        assert any(one in value or value in one for one in found), (around, len(value))
        assert len(found) == 1, around


@pytest.mark.parametrize("name", DOCUMENTED)
def test_format_is_not_found_inside_a_longer_word(name: str) -> None:
    value = make(name)
    if value[0].isalnum() and value[-1].isalnum() and "." not in value and ":" not in value:
        for text in (f"{value}0" * 9, f"Zz9{value}"):
            found = [text[match.start : match.end] for match in find_formats(text)]
            assert value not in found


@pytest.mark.parametrize("row", FORMATS, ids=lambda row: f"{row.name}-{row.literals[0]}")
def test_row(row: Format) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", row.name)
    assert row.kind
    assert row.url.startswith("https://")
    assert row.literals
    assert all(row.literals)
    re.compile(row.pattern)
    assert re.compile(row.pattern).groups <= 1
    assert row.variable.isupper()


def test_the_few_with_a_secret_beside_an_identifier() -> None:
    identifier, secret = make("aws-access-key-id"), make("aws-secret-access-key")
    found = find_formats(f"{identifier},{secret}\n")
    assert {match.format.name for match in found} == {"aws-access-key-id", "aws-secret-access-key"}


def test_low_entropy_and_placeholders_are_silent() -> None:
    for body in ("A" * 36, "x" * 36, "your_token_here_your_token_here_your_t", "0123456789" * 4):
        assert not list(find_formats("ghp" + "_" + body[:36]))
    assert not list(find_formats("ABIA" + "AAAAFAAAAAQAAAAAA"[:16]))


def test_escapes_are_boundaries_and_letters_are_none() -> None:
    assert stands_alone("\\nabc", 2, 5)
    assert stands_alone("%2Fabc", 3, 6)
    assert not stands_alone("zabc", 1, 4)
    assert not stands_alone("abcz", 0, 3)


def test_private_keys() -> None:
    key = make("private-key")
    joined = '"' + key.replace("\n", '\\n"\n    "') + '"'
    bodies = {body for text in (key, joined, "\n  ".join(key.split("\n")))
              for _, _, body in find_private_keys(text)}  # fmt: skip
    assert len(bodies) == 1, "the same key, however it is broken into lines"
    header = "-----BEGIN PRIVATE" + " KEY-----"
    assert not list(find_private_keys(f'if "{header}" in text: pass'))
    assert not list(find_private_keys(f"{header}\n...\n-----END PRIVATE KEY-----"))


def test_prefilter_keeps_every_format() -> None:
    chance = random.Random(7)
    for name in DOCUMENTED:
        value = make(name, chance.random())
        text = f"azure storage account_key discord.com {value} end"
        assert list(find_formats(text)) == list(find_formats(text, FORMATS))
        assert present_formats(text)
