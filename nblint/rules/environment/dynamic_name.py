from collections.abc import Iterator, Sequence

from nblint.findings import Finding, Rule
from nblint.reading.environment.environment import Environment
from nblint.reading.environment.uses import Read, Write


class DynamicName(Rule):
    """The name of an environment variable is computed, so it cannot be checked.

    Neither nblint nor a reader can tell which variables the notebook needs. Write the name as a
    literal, bind it to a literal, or loop over literals.

    If a function of the notebook takes the name as an argument, the names in its calls are checked.

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
        uses: list[tuple[str, Sequence[Read | Write]]] = [
            ("read", environment.reads),
            ("set", environment.writes),
        ]
        for done, places in uses:
            for use in places:
                if use.name is None:
                    yield self.at(
                        use.place,
                        f"environment variable is {done} by a computed name",
                        subject=done,
                        help="write the name as a literal, or loop over a tuple of names, "
                        "so that it can be checked",
                    )
