"""Acme's own rules."""

import ast
from collections.abc import Iterator

from nblint import Finding, Fix, Notebook, PythonCells, Rule, replace

PRODUCTION, REPLICA = "siem.acme.example", "replica.siem.acme.example"


class ProductionQuery(Rule):
    """A notebook queries the production SIEM instead of its replica.

    Long queries slow down the console of the colleagues on shift. The replica holds the same
    events, a minute later.

    Refused:

    ```python
    events = connect("siem.acme.example").search("failed logins")
    ```

    Instead:

    ```python
    events = connect("replica.siem.acme.example").search("failed logins")
    ```
    """

    code = "ACME101"
    fixable = "unsafe"

    def check(self, notebook: Notebook, python: PythonCells) -> Iterator[Finding]:
        for cell in python.containing(PRODUCTION):
            for node in ast.walk(cell.tree) if cell.tree else ():
                if isinstance(node, ast.Constant) and node.value == PRODUCTION:
                    place = cell.place(node)
                    edit = replace(notebook, place, repr(REPLICA))
                    yield self.at(
                        place,
                        "query of the production SIEM",
                        help=f"query {REPLICA}",
                        fix=Fix("query the replica", (edit,), safe=False),
                    )
