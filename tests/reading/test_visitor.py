"""Nodes are visited as `ast.NodeVisitor` visits them."""

import ast
from pathlib import Path

import nblint.reading.environment_python as module
from nblint.reading.visitor import Visitor


def visited(base: type[ast.NodeVisitor], tree: ast.AST) -> list[ast.AST]:
    seen: list[ast.AST] = []

    def visit(self: ast.NodeVisitor, node: ast.AST) -> None:
        seen.append(node)
        self.generic_visit(node)

    kinds = ("Call", "Subscript", "If", "comprehension", "keyword")
    type("Noting", (base,), {f"visit_{kind}": visit for kind in kinds})().visit(tree)
    return seen


def test_the_same_nodes_in_the_same_order() -> None:
    tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
    assert visited(Visitor, tree) == visited(ast.NodeVisitor, tree)
    assert len(visited(Visitor, tree)) > 200
