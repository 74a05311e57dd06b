"""A name that counts is found in a text by its stem."""

import pytest

from nblint.secret_names import words
from nblint.secret_names.judge import Level, judge
from nblint.secret_names.stems import has_stem, names_in

# What stands elsewhere than in a text, such as in a URL or in JSON, needs no stem.
WITHOUT_STEM = {"dsn", "schluessel"}
NAMES = sorted(words.PASSWORDS | words.SECRETS | words.CREDENTIALS | words.KEYS | words.LAST_WORDS)


@pytest.mark.parametrize("name", NAMES)
def test_words_have_stems(name: str) -> None:
    assert judge(name).level is not Level.NONE
    assert has_stem(f"a {name} b") is (name not in WITHOUT_STEM)


def test_names_in_code() -> None:
    code = "class A:\n    pass\nmy_api_key = tokenizer(keyboard, db.password)\n"
    assert list(names_in(code)) == ["my_api_key", "db.password"]
