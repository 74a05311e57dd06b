"""The exam, bounded: every idiom and look-alike twice; `make exam` goes on with other seeds."""

import random

import pytest

from tests.credentials.exam.paper import Idiom, ask, idioms, look_alikes
from tests.credentials.exam.score import Marks, mark
from tests.credentials.exam.values import PROVIDERS, expand

LEAST, LEAST_OF_A_GROUP, MOST_FALSE = 0.97, 0.92, 3


def sit(seed: int) -> Marks:
    chance = random.Random(seed)
    questions = [ask(idiom, chance) for idiom in (*idioms(), *look_alikes())]
    chance.shuffle(questions)
    return mark(questions, chance)


@pytest.mark.parametrize("seed", [1, 2])
def test_the_exam_is_passed(seed: int) -> None:
    marks = sit(seed)
    weak = {g: marks.found[g] / n for g, n in marks.asked.items()}
    weak = {group: share for group, share in weak.items() if share < LEAST_OF_A_GROUP}
    assert marks.recall >= LEAST, marks.report()
    assert not weak, marks.report()
    assert sum(marks.false.values()) <= MOST_FALSE, marks.report()


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_provider_is_found_under_a_neutral_name(provider: str) -> None:
    texts = [("python", f'x = ["«{provider}»"]'), ("markdown", f"see `«{provider}»`"),
             ("text", f"got «{provider}» ok"), ("go", f'f("«{provider}»")')]  # fmt: skip
    chance = random.Random(provider)
    questions = [ask(Idiom("provider", (surface,), text), chance) for surface, text in texts]
    assert mark(questions, chance).recall == 1


def test_the_exam_is_large_and_its_look_alikes_plant_nothing() -> None:
    planted = [idiom for idiom in idioms() if idiom.plants]
    assert len(planted) == len(idioms()) > 2000
    assert len(look_alikes()) > 900
    assert not any(idiom.plants for idiom in look_alikes())


def test_marks_count_what_is_missed_and_what_is_false() -> None:
    chance = random.Random(3)
    missed = ask(Idiom("a", ("python",), "x = '«opaque»'"), chance)  # nothing says so
    false = ask(Idiom("b", ("python",), "api_key = '‹sha›'"), chance)  # looks like a key
    marks = mark([missed, false], chance)
    assert (marks.recall, sum(marks.false.values()), marks.look_alikes) == (0, 1, 1)
    assert missed.planted[0] not in marks.report()
    assert "a " in marks.report()


def test_one_seed_makes_one_paper() -> None:
    first, second = (expand("‹user:1› «pw» ‹user:1›", random.Random(8)) for _ in range(2))
    assert first == second
    words = first[0].split(" ")
    assert words[0] == words[-1]


@pytest.mark.parametrize(
    "text",
    [
        "‹KEY_NAME›=\nREGION=‹word›-‹n›x9",
        "‹KEY_NAME›=\n‹id12›",
        "‹pw_name›:\n  user: ‹id12›",
        "‹pw_name› =\n# ‹id12›",
    ],
)
@pytest.mark.parametrize("surface", ["writefile:.env", "writefile:a.yaml", "text", "markdown"])
def test_an_empty_value_is_empty(surface: str, text: str) -> None:
    chance = random.Random(text)
    questions = [ask(Idiom("empty", (surface,), text), chance) for _ in range(5)]
    assert not mark(questions, chance).false
