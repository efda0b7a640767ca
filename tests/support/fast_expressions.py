"""What moto works out of DynamoDB's expressions, worked out once for each text: a process sends few different ones.

An update was half parsing: its expression twice, its condition twice, then a deep copy and ten walks through the tree,
each of which asked of every node, by abstract classes, what it is. What an expression means is still moto's.
"""

import pickle
from collections import deque
from functools import lru_cache
from typing import Any

from moto.dynamodb.comparisons import ConditionExpressionParser
from moto.dynamodb.parsing.ast_nodes import DepthFirstTraverser, Node, UpdateExpression
from moto.dynamodb.parsing.expressions import UpdateExpressionParser


@lru_cache(maxsize=10_000)
def _parsed(expression: str) -> UpdateExpression:
    """Read by all who update, and copied by who changes it."""
    made = _make(expression)
    made.copied = pickle.dumps(made)
    return made


def _copied(self: UpdateExpression, _: dict[int, Any]) -> UpdateExpression:
    made: UpdateExpression = pickle.loads(getattr(self, "copied", None) or pickle.dumps(self))
    return made


@lru_cache(maxsize=10_000)
def _lexed(expression: str) -> tuple[Any, ...]:
    return tuple(_lex(ConditionExpressionParser(expression, None, None)))


def _lexed_anew(self: ConditionExpressionParser) -> deque[Any]:
    """They are tuples; the queue is what a parser empties."""
    return deque(_lexed(self.condition_expression)) if self.condition_expression else _lex(self)


def _traversed(self: Any, node: Any, child_id: int = -1) -> Any:
    """As in DepthFirstTraverser."""
    if not _is_a(type(node), (Node,)):
        return node
    parent = node.parent
    for place, child in enumerate(node.children or ()):
        self.pre_processing_of_child(node, place)
        self.traverse_node_recursively(child, place)
    if _is_a(type(node), _processed_by(self)):
        node = self.process(node)
        node.parent = parent
        if parent:
            parent.children[child_id] = node
    return node


def _processed_by(traverser: Any) -> tuple[type, ...]:
    kinds: tuple[type, ...] = _KINDS.get(type(traverser)) or traverser.nodes_to_be_processed()
    _KINDS[type(traverser)] = kinds
    return kinds


@lru_cache(maxsize=10_000)
def _is_a(kind: type, kinds: tuple[type, ...]) -> bool:
    return issubclass(kind, kinds)


_KINDS: dict[type, tuple[type, ...]] = {}
_make, _lex = UpdateExpressionParser.make, ConditionExpressionParser._lex_condition_expression
UpdateExpressionParser.make = _parsed
UpdateExpression.__deepcopy__ = _copied
ConditionExpressionParser._lex_condition_expression = _lexed_anew  # type: ignore[method-assign]
DepthFirstTraverser.traverse_node_recursively = _traversed
