import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-expectations",
        action="store_true",
        help="rewrite the `findings` and `fixed` blocks of tests/rules/*.md by what nblint says",
    )
