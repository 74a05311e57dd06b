"""The table of prefixes: each shape is found, and nothing that is nearly one."""

import random
import re

import pytest

from nblint.credentials.documented.format_search import find_formats
from nblint.credentials.documented.prefixes import ALPHABETS, PREFIXES, prefix_of, shapes

SHAPES = [(name, shape) for name, _, shape, _, _ in shapes()]
AROUND = ('x = "{}"', "{}\n", "key={}&b=1", "`{}`", "\\n{}\\n", "%22{}%22")
_PART = re.compile(r"\{(\w)(\d*)(?:-(\d+))?\}")
_UUID = "{h8}-{h4}-{h4}-{h4}-{h12}"


def sample(shape: str, chance: random.Random, *, shorter: int = 0) -> str:
    """Make up a token of a shape, or one whose last part is a few characters too short."""
    shape = shape.replace("{U}", _UUID)
    last = [*_PART.finditer(shape)][-1].start()

    def fill(part: re.Match[str]) -> str:
        alphabet = [c for c in map(chr, range(33, 127)) if re.match(f"[{ALPHABETS[part[1]]}]", c)]
        inner = [c for c in alphabet if c.isalnum()]
        size = int(part[2]) - (shorter if part.start() == last else 0)
        # Each kind of character occurs, and letters and digits stand at the ends.
        made = [
            chance.choice(inner),
            *chance.choices(alphabet, k=max(size - 2, 0)),
            chance.choice(inner),
        ]
        for kind in (str.isdigit, str.isupper, str.islower):
            some = [c for c in inner if kind(c)]
            if some and size > 8:
                made[chance.randrange(1, size - 1)] = chance.choice(some)
        return "".join(made[:size])

    return _PART.sub(fill, shape)


def found(text: str) -> set[str]:
    return {text[match.start : match.end] for match in find_formats(text)}


@pytest.mark.parametrize(("name", "shape"), SHAPES)
def test_a_sample_is_found_and_its_neighbours_are_not(name: str, shape: str) -> None:
    others = {other for _, other in SHAPES if other != shape}
    prefix = prefix_of(shape)
    has_others = any(
        prefix_of(o).startswith(prefix) or prefix.startswith(prefix_of(o)) for o in others
    )
    for seed in range(4):
        chance = random.Random(f"{shape} {seed}")
        token = sample(shape, chance)
        for around in AROUND:
            assert any(token in one or one in token for one in found(around.format(token))), around
        short = sample(shape, chance, shorter=1)
        if not has_others:
            assert short not in found(f'x = "{short}"'), "one character less"
        assert token not in found(f'x = "Q{token}"'), "one character before it"
        at = len(prefix) + (len(token) - len(prefix)) // 2
        assert token[:at] + "é" + token[at + 1 :] not in found(f'"{token[:at]}é{token[at + 1 :]}"')


def test_the_table_is_in_order_and_each_row_says_where_it_is_documented() -> None:
    names = [name for name, *_ in PREFIXES]
    assert names == sorted(names)
    for name, kind, several, variable, url in PREFIXES:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)
        assert kind
        assert variable.isupper()
        assert url.startswith("https://")
        assert all(len(prefix_of(shape)) >= 2 for shape in several.split(" "))


@pytest.mark.parametrize(
    "text",
    [
        "API-REFERENCE-AND-GUIDE-FOR-EVERYBODY-1", "re_compiled_expression_of_everything_1",
        "pa-rameter-names-that-are-long-and-have-1-or-2-digits", "sgp_summary_of_the_experiment_2",
        "access-production-logs-2024-01-01-and-more", "cohort_2024_of_fo1_patients_in_the_study_2",
        "live_stream_of_the_conference_in_2024_part_2", "as-you-like-it-act-2-scene-7",
    ],
)  # fmt: skip
def test_words_with_such_a_prefix_are_no_tokens(text: str) -> None:
    assert not found(f'x = "{text}"')
