"""`python -m tests.credentials.exam [--seed N] [--seconds N]`: sit the exam until the time is up."""

import argparse
import random
import time

from tests.credentials.exam.paper import ask, idioms, look_alikes
from tests.credentials.exam.score import mark


def main() -> None:
    """Ask every idiom once a seed, and print the marks."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.credentials.exam",
        description="Plant credentials and look-alikes, and see which are found.",
    )
    parser.add_argument("--seed", type=int, default=1, help="the first seed (default: 1)")
    parser.add_argument("--seconds", type=float, default=0, help="go on with the next seeds")
    given = parser.parse_args()
    end = time.monotonic() + given.seconds
    seed = given.seed
    while True:
        chance = random.Random(seed)
        questions = [ask(idiom, chance) for idiom in (*idioms(), *look_alikes())]
        chance.shuffle(questions)
        print(f"seed {seed}", mark(questions, chance).report(), sep="\n", flush=True)
        seed += 1
        if time.monotonic() >= end:
            break


if __name__ == "__main__":
    main()
