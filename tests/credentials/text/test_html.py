"""What of HTML is read."""

from nblint.credentials.text.html import comments


def test_comments() -> None:
    html = "a<!--b--><p>c</p><!-- d\n--> <!--e"
    assert list(comments(html)) == [(5, "b"), (21, " d\n"), (32, "e")]


def test_comments_that_are_never_closed_are_read_once() -> None:
    assert len(list(comments("<!--a" * 10_000))) == 1
