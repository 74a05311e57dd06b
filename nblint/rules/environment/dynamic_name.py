from collections.abc import Iterator

from nblint.findings import Finding, Rule
from nblint.reading.environment.environment import Environment


class DynamicName(Rule):
    """The name of an environment variable is computed, so that it cannot be checked.

    Neither nblint nor a reader can tell which variables the notebook needs. Write names as they
    are: a literal, a name bound to a literal, or a loop over literals.

    Functions of the notebook that take the name of a variable are followed: what counts is the
    name in the call.

    Refused:

    ```python
    import os

    hosts = [os.environ[f"NODE_{number}"] for number in range(2)]
    ```

    Instead:

    ```python
    import os

    hosts = [os.environ[name] for name in ("NODE_0", "NODE_1")]
    ```
    """

    code = "NBL306"
    severity = "warning"

    def check(self, environment: Environment) -> Iterator[Finding]:
        for read in environment.reads:
            if read.name is None:
                yield self.at(
                    read.place,
                    "the name of the variable is computed, so it cannot be checked",
                    help="write the name itself, or loop over a tuple of names",
                )
        for write in environment.writes:
            if write.name is None:
                yield self.at(
                    write.place,
                    "the name of the variable that is set is computed, so it cannot be checked",
                    help="write the name itself, or loop over a tuple of names",
                )
