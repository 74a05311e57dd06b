"""Python's parser, kept from looking at anything but the text that it is given.

For the text of a syntax error, it opens the file of the name that it was given. By default that is
`<unknown>` in the current folder, which may exist and be a pipe that never ends. No file has an
empty name.
"""

import ast
import warnings


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


def compile_error(tree: ast.Module) -> SyntaxError | None:
    """Return why statements that could be parsed cannot run; None where they can.

    `return` outside of a function and a repeated argument can be parsed. IPython compiles a cell's
    statements one by one, and allows `await` outside of functions:
    https://github.com/ipython/ipython/blob/main/IPython/core/interactiveshell.py (`run_ast_nodes`).

    Args:
        tree: The statements. Nothing is executed.
    """
    return next(filter(None, map(_compile_error, tree.body)), None)


def _compile_error(statement: ast.stmt) -> SyntaxError | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            module = ast.Module([statement], [])
            compile(module, "", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    except SyntaxError as error:
        return error
    except (RecursionError, MemoryError, ValueError, OverflowError):
        pass  # the machine's limits, not the cell's
    return None
