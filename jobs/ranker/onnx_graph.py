"""The model as an ONNX graph, written node by node, with the calibration of its heads.

Inputs are rows of the table (rank_model.Gathered): the table stays outside, and the graph does not grow with the
catalogue. The number of rows is free; the history has one row for all, or one for each. Needs the package `onnx`.
"""

from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from jobs.ranker.model import LANGUAGE, OWNER, VIDEO, VIEWER, Parameters
from jobs.ranker.settings import Shape
from reelstack.feed.rank_model import OUTPUT

OPSET, IR_VERSION = 17, 8
"""Old enough for every ONNX Runtime of the last years."""


class _Graph:
    """Nodes and constants. Every call adds a node and gives the name of what it computes."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def __call__(self, kind: str, *inputs: str, **attributes: Any) -> str:
        name = f"n{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def constant(self, value: Any, kind: type = np.float32) -> str:
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(np.asarray(value, dtype=kind)), name))
        return name

    def whole(self, *values: int) -> str:
        return self.constant(values, np.int64)

    def cut(self, of: str, first: int, end: int, axis: int) -> str:
        return self("Slice", of, self.whole(first), self.whole(end), self.whole(axis))

    def sum(self, of: str, axis: int, keep: bool = False) -> str:
        return self("ReduceSum", of, self.whole(axis), keepdims=int(keep))

    def dense(self, of: str, layer: dict[str, Any], activate: bool = True) -> str:
        made = self("Add", self("MatMul", of, self.constant(layer["weight"])), self.constant(layer["bias"]))
        return self("Relu", made) if activate else made


def write(shape: Shape, parameters: Parameters, fields: int, calibration: NDArray[np.float32]) -> bytes:
    """`fields`: number of rows of the table for each row to be scored."""
    graph = _Graph()
    width, heads = shape.dimensions, len(calibration)
    vectors = graph.cut("fields", 0, width, 2)
    weights = graph("Squeeze", graph.cut("fields", width, width + 1, 2), graph.whole(2))
    vectors = _with_content(graph, shape, parameters, vectors)
    if shape.pooled:
        viewer = graph("Add", graph.cut(vectors, VIEWER, VIEWER + 1, 1), _pool(graph, parameters))
        vectors = graph("Concat", viewer, graph.cut(vectors, VIEWER + 1, np.iinfo(np.int64).max, 1), axis=1)
    if shape.attention:
        seen = _attend(graph, shape, parameters, vectors)
        vectors = graph("Concat", vectors, seen, axis=1)
    first_order = graph("Mul", graph.sum(weights, 1, keep=True), graph.constant(parameters["linear"]))
    found = graph("Add", first_order, graph.constant(parameters["bias"]))
    if shape.pairs:
        found = graph("Add", found, _pairs(graph, parameters, vectors))
    if shape.hidden:
        flat = graph("Reshape", vectors, graph.whole(-1, (fields + shape.attention) * width))
        flat = graph("Mul", flat, graph.constant(shape.network_scale))
        found = graph("Add", found, _deep(graph, shape, parameters, flat))
    # Softplus(z) is −log(1 − p), and Softplus(−z) is −log p: jobs.ranker.calibration.
    low = graph("Mul", graph("Softplus", graph("Neg", found)), graph.constant(-calibration[:, 0]))
    high = graph("Mul", graph("Softplus", found), graph.constant(calibration[:, 1]))
    scaled = graph("Add", graph("Add", low, high), graph.constant(calibration[:, 2]))
    graph.nodes.append(helper.make_node("Sigmoid", [scaled], [OUTPUT]))
    return _model(graph, fields, width, heads)


def _with_content(graph: _Graph, shape: Shape, parameters: Parameters, vectors: str) -> str:
    if not shape.content:
        return vectors
    last = np.iinfo(np.int64).max
    places = [(OWNER, OWNER + 1), (LANGUAGE, LANGUAGE + 1), (-2, -1), (-1, last)]
    known = [graph("Squeeze", graph.cut(vectors, *place, 1), graph.whole(1)) for place in places]
    first, second = parameters["tower"]
    tower = graph.dense(graph.dense(graph("Concat", *known, axis=1), first), second, activate=False)
    video = graph("Add", graph.cut(vectors, VIDEO, VIDEO + 1, 1), graph("Unsqueeze", tower, graph.whole(1)))
    before, after = graph.cut(vectors, 0, VIDEO, 1), graph.cut(vectors, VIDEO + 1, last, 1)
    return graph("Concat", before, video, after, axis=1)


def _pool(graph: _Graph, parameters: Parameters) -> str:
    present = graph("Unsqueeze", "present", graph.whole(1))  # [histories, 1, clips]
    count = graph("Max", graph.sum(present, 2, keep=True), graph.constant(1.0))
    mean = graph("Div", graph("MatMul", present, "history"), graph("Sqrt", count))
    return graph("MatMul", mean, graph.constant(parameters["pool"]))


def _attend(graph: _Graph, shape: Shape, parameters: Parameters, vectors: str) -> str:
    target = graph.cut(vectors, VIDEO, VIDEO + 1, 1)  # [rows, 1, dimensions]
    asked = graph("MatMul", target, graph.constant(parameters["query"]))
    likeness = graph("MatMul", asked, graph("Transpose", "history", perm=[0, 2, 1]))
    likeness = graph("Mul", likeness, graph.constant(4.0 / shape.dimensions**0.5))
    present = graph("Unsqueeze", "present", graph.whole(1))
    absent = graph("Mul", graph("Sub", graph.constant(1.0), present), graph.constant(-1e9))
    share = graph("Mul", graph("Softmax", graph("Add", likeness, absent), axis=-1), present)
    return graph("MatMul", graph("MatMul", share, "history"), graph.constant(parameters["value"]))


def _pairs(graph: _Graph, parameters: Parameters, vectors: str) -> str:
    total = graph.sum(vectors, 1)
    squares = graph.sum(graph("Mul", vectors, vectors), 1)
    difference = graph("Sub", graph("Mul", total, total), squares)
    halves = graph("Mul", graph.sum(difference, 1, keep=True), graph.constant(0.5))
    return graph("Mul", halves, graph.constant(parameters["pairs"]))


def _deep(graph: _Graph, shape: Shape, parameters: Parameters, flat: str) -> str:
    crossed = flat
    for layer in parameters["cross"]:
        low = graph("MatMul", graph("MatMul", crossed, graph.constant(layer["down"])), graph.constant(layer["up"]))
        crossed = graph("Add", graph("Mul", flat, graph("Add", low, graph.constant(layer["bias"]))), crossed)
    hidden = graph("Unsqueeze", crossed, graph.whole(0))
    for layer in parameters["experts"]:
        bias = np.asarray(layer["bias"])[:, None]
        hidden = graph.dense(hidden, {"weight": layer["weight"], "bias": bias})
    mixed = graph("Transpose", hidden, perm=[1, 0, 2])  # [rows, experts, units]
    if "gate" in parameters:
        gates = graph("MatMul", flat, graph.constant(parameters["gate"]))
        gates = graph("Reshape", gates, graph.whole(-1, len(parameters["heads"]), shape.experts))
        mixed = graph("MatMul", graph("Softmax", gates, axis=-1), mixed)
    return graph.sum(graph("Mul", mixed, graph.constant(parameters["heads"])), 2)


def _model(graph: _Graph, fields: int, width: int, heads: int) -> bytes:
    def value(name: str, *size: Any) -> Any:
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, list(size))

    inputs = [
        value("fields", "rows", fields, width + 1),
        value("history", "histories", "clips", width),
        value("present", "histories", "clips"),
    ]
    made = helper.make_graph(graph.nodes, "ranker", inputs, [value(OUTPUT, "rows", heads)], graph.constants)
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="reelstack")
    model.ir_version = IR_VERSION
    onnx.checker.check_model(model, full_check=True)
    content: bytes = model.SerializeToString()
    return content
