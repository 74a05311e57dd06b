"""The command, run in this process."""

from click.testing import CliRunner, Result

from nblint.cli.main import main


def nblint(*arguments: str, stdin: bytes | None = None, color: bool = False) -> Result:
    """Run nblint; it must end by itself, with one of its statuses.

    Args:
        arguments: What follows `nblint`.
        stdin: What is on standard input.
        color: Whether colours stay in the output.
    """
    result = CliRunner().invoke(main, arguments, input=stdin, color=color)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code in range(4)
    return result
