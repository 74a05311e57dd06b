"""Python's parser, kept from looking at anything but the text that it is given.

For the text of a syntax error, it opens the file of the name that it was given. By default that is
`<unknown>` in the current folder, which may exist and be a pipe that never ends. No file has an
empty name.
"""

import ast


def parse_module(text: str) -> ast.Module:
    """Parse statements.

    Args:
        text: The statements.

    Returns:
        Their tree.

    Raises:
        SyntaxError: It is not Python; also ValueError, RecursionError and MemoryError, as
            `ast.parse` raises them.
    """
    return ast.parse(text, filename="")


def parse_expression(text: str) -> ast.expr:
    """Parse an expression.

    Args:
        text: The expression, with or without space around it.

    Returns:
        Its tree.

    Raises:
        SyntaxError: As for `parse_module`.
    """
    return ast.parse(text.strip(), filename="", mode="eval").body
