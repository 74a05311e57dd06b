"""Nodes are visited as `ast.NodeVisitor` visits them."""

import ast
from pathlib import Path

import nblint.reading.environment.python as module
from nblint.reading.python.visitor import Visitor, statements, walk


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


def test_a_walk_leaves_out_operators_and_contexts_only() -> None:
    tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
    left_out = (ast.alias, ast.boolop, ast.cmpop, ast.expr_context, ast.operator, ast.unaryop)
    wanted = {node for node in ast.walk(tree) if not isinstance(node, left_out)}
    assert {node for node in walk(tree) if not isinstance(node, left_out)} == wanted


def test_a_walk_skips_what_is_below() -> None:
    tree = ast.parse("f(a, g(b)); c")
    calls = walk(tree, lambda node: isinstance(node, ast.Call))
    assert [node.id for node in calls if isinstance(node, ast.Name)] == ["c"]


def test_statements_come_in_the_order_of_a_walk() -> None:
    tree = ast.parse(Path(ast.__file__).read_text(encoding="utf-8"))
    holders = (ast.mod, ast.stmt, ast.excepthandler, ast.match_case)
    assert list(statements(tree)) == [node for node in ast.walk(tree) if isinstance(node, holders)]
