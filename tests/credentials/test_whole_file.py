"""What is found in a file's bytes, whatever the file is."""

import uuid

import pytest

from nblint.credentials.options import Options
from nblint.credentials.whole_file import find_in_file

ID = str(uuid.UUID(int=0x5EC0_1234_5678_4ABC_9DEF_0123_4567_89AB, version=4))


@pytest.mark.parametrize("text", [f'{{"note": "Splunk {ID}"}}', f"x\nAuthorization: Splunk {ID}\n"])
def test_an_id_behind_a_word_is_a_token_though_it_is_the_only_long_word(text: str) -> None:
    assert [hit.secret.reveal() for hit in find_in_file(text, Options())] == [ID]


def test_the_ids_of_cells_are_no_tokens() -> None:
    assert not find_in_file(f'{{"id": "{ID}", "source": "index=main"}}', Options())
