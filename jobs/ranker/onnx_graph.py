"""The model as an ONNX graph, written node by node, with the calibration of its heads.

Inputs are rows of the table (rank_model.Gathered): the table stays outside, and the graph does not grow with the
catalogue. The number of rows is free; the history has one row for all, or one for each. Needs the package `onnx`.
"""

from collections.abc import Sequence
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
LAST = np.iinfo(np.int64).max


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

    def sum(self, of: str, axis: int) -> str:
        return self("ReduceSum", of, self.whole(axis), keepdims=1)

    def product(self, of: str, matrix: Any) -> str:
        return self("MatMul", of, self.constant(matrix))

    def dense(self, of: str, weight: Any, bias: Any, activate: bool = True) -> str:
        made = self("Add", self.product(of, weight), self.constant(bias))
        return self("Relu", made) if activate else made

    def split(self, of: str, sizes: Sequence[int]) -> list[str]:
        """Columns, so many each."""
        names = [f"n{len(self.nodes)}_{place}" for place in range(len(sizes))]
        self.nodes.append(helper.make_node("Split", [of, self.whole(*sizes)], names, axis=1))
        return names


def write(shape: Shape, parameters: Parameters, fields: int, calibration: NDArray[np.float32]) -> bytes:
    """`fields`: number of rows of the table for each row to be scored.

    The weight stays beside its vector, and matrices have zeros for it: to copy all vectors without it would take as
    long as a product."""
    graph = _Graph()
    width, heads = shape.dimensions, len(calibration)
    count = fields + shape.attention
    flat = graph("Reshape", _vectors(graph, shape, parameters), graph.whole(-1, count * (width + 1)))
    looked = _products(graph, shape, parameters, flat, count)
    first_order = graph("Mul", looked["weights"], graph.constant(parameters["linear"]))
    found = graph("Add", first_order, graph.constant(parameters["bias"]))
    if shape.pairs:
        mask = _with_rows(shape, np.ones((count * width, 1)))[:, 0]
        found = graph("Add", found, _pairs(graph, parameters, flat, looked, mask))
    if shape.hidden:
        found = graph("Add", found, _deep(graph, shape, parameters, flat, looked))
    graph.nodes.append(helper.make_node("Sigmoid", [_calibrated(graph, found, calibration)], [OUTPUT]))
    return _model(graph, fields, width, heads)


def _calibrated(graph: _Graph, found: str, calibration: NDArray[np.float32]) -> str:
    """a·log p − b·log(1 − p) + c: jobs.ranker.calibration. Softplus(z) is −log(1 − p), and Softplus(z) − z is −log p.

    The operator Softplus takes 40 ns a number, three times as long as these."""
    small = graph("Exp", graph("Neg", graph("Abs", found)))
    softplus = graph("Add", graph("Relu", found), graph("Log", graph("Add", small, graph.constant(1.0))))
    own, other, shift = calibration.T
    bent = graph("Mul", softplus, graph.constant(other - own))
    return graph("Add", graph("Add", bent, graph("Mul", found, graph.constant(own))), graph.constant(shift))


def _vectors(graph: _Graph, shape: Shape, parameters: Parameters) -> str:
    """[rows, fields, dimensions + 1]. Viewer and video are the first two."""

    def of(first: int, end: int) -> str:
        return graph("Slice", "fields", graph.whole(first), graph.whole(end), graph.whole(1))

    if not (shape.content or shape.pooled or shape.attention):
        return "fields"
    viewer, video, others = of(VIEWER, VIEWER + 1), of(VIDEO, VIDEO + 1), of(VIDEO + 1, LAST)
    if shape.content:
        known = graph("Concat", of(OWNER, OWNER + 1), of(LANGUAGE, LANGUAGE + 1), of(-2, LAST), axis=1)
        tower = graph("Reshape", known, graph.whole(-1, 4 * (shape.dimensions + 1)))
        first, second = parameters["tower"]
        tower = graph.dense(tower, _with_rows(shape, first["weight"]), first["bias"])
        bias = _with_columns(shape, np.asarray(second["bias"])[None])[0]
        tower = graph.dense(tower, _with_columns(shape, second["weight"]), bias, activate=False)
        video = graph("Add", video, graph("Unsqueeze", tower, graph.whole(1)))
    if shape.pooled:
        viewer = graph("Add", viewer, _pool(graph, shape, parameters))
    seen = [_attend(graph, shape, parameters, video)] if shape.attention else []
    return graph("Concat", viewer, video, others, *seen, axis=1)


def _pool(graph: _Graph, shape: Shape, parameters: Parameters) -> str:
    present = graph("Unsqueeze", "present", graph.whole(1))  # [histories, 1, clips]
    count = graph("Max", graph.sum(present, 2), graph.constant(1.0))
    mean = graph("Div", graph("MatMul", present, "history"), graph("Sqrt", count))
    return graph.product(mean, _with_columns(shape, parameters["pool"]))


def _attend(graph: _Graph, shape: Shape, parameters: Parameters, target: str) -> str:
    """`target`: [rows, 1, dimensions + 1]"""
    query = 4.0 / shape.dimensions**0.5 * _with_rows(shape, parameters["query"])
    likeness = graph("MatMul", graph.product(target, query), graph("Transpose", "history", perm=[0, 2, 1]))
    present = graph("Unsqueeze", "present", graph.whole(1))
    absent = graph("Mul", graph("Sub", graph.constant(1.0), present), graph.constant(-1e9))
    share = graph("Mul", graph("Softmax", graph("Add", likeness, absent), axis=-1), present)
    return graph.product(graph("MatMul", share, "history"), _with_columns(shape, parameters["value"]))


def _products(graph: _Graph, shape: Shape, parameters: Parameters, flat: str, count: int) -> dict[str, str]:
    """What vectors and weights of a row are multiplied by, in one product: most of its work is to read them."""
    width, scale = shape.dimensions, shape.network_scale
    wanted: dict[str, NDArray[Any]] = {"weights": np.tile(np.eye(width + 1)[:, width:], (count, 1))}
    if shape.pairs:
        wanted["total"] = np.tile(np.eye(width + 1)[:, :width], (count, 1))
    if shape.hidden and parameters["cross"]:
        wanted["down"] = scale * _with_rows(shape, parameters["cross"][0]["down"])
    if shape.hidden and "gate" in parameters:
        wanted["gate"] = scale * _with_rows(shape, parameters["gate"])
    made = graph.product(flat, np.concatenate(list(wanted.values()), axis=1))
    return dict(zip(wanted, graph.split(made, [one.shape[1] for one in wanted.values()]), strict=True))


def _pairs(graph: _Graph, parameters: Parameters, flat: str, looked: dict[str, str], mask: NDArray[np.float32]) -> str:
    """`mask`: 1 for each number of a vector, 0 for each weight."""
    squares = graph.product(graph("Mul", flat, flat), mask[:, None])
    of_total = graph.sum(graph("Mul", looked["total"], looked["total"]), 1)
    return graph("Mul", graph("Sub", of_total, squares), graph.constant(0.5 * np.asarray(parameters["pairs"])))


def _deep(graph: _Graph, shape: Shape, parameters: Parameters, flat: str, looked: dict[str, str]) -> str:
    crossed, scale = _crossed(graph, shape, parameters["cross"], flat, looked)
    first, *others = parameters["experts"]
    experts, size, units = np.shape(first["weight"])
    beside = np.moveaxis(np.asarray(first["weight"]), 0, 1).reshape(size, experts * units)
    hidden = graph.dense(crossed, scale * _with_rows(shape, beside), np.ravel(first["bias"]))
    for layer in others:
        hidden = graph.dense(hidden, _blocks(np.asarray(layer["weight"])), np.ravel(layer["bias"]))
    heads = np.asarray(parameters["heads"])
    # What each expert says of each head: [rows, heads and experts].
    of_heads = _blocks(np.stack([heads.T] * experts)).reshape(-1, experts, len(heads)).swapaxes(1, 2)
    said = graph.product(hidden, of_heads.reshape(-1, len(heads) * experts))
    if "gate" not in parameters:
        return said
    gates = graph("Reshape", looked["gate"], graph.whole(-1, len(heads), experts))
    shares = graph("Reshape", graph("Softmax", gates, axis=-1), graph.whole(-1, len(heads) * experts))
    return graph.product(graph("Mul", shares, said), np.repeat(np.eye(len(heads)), experts, axis=0))


def _crossed(
    graph: _Graph, shape: Shape, layers: Sequence[Parameters], flat: str, looked: dict[str, str]
) -> tuple[str, float]:
    """After all cross layers, and by what it is still to be multiplied.

    Layer n makes x · (down up + bias) + what the layer before made, where x is the row itself: so what comes out is
    x · (1 + the sum over layers of down up + bias), which is one product with all of `up`."""
    scale, crossed, low = shape.network_scale, flat, list[str]()
    for place, layer in enumerate(layers):
        low.append(graph.product(crossed, _with_rows(shape, layer["down"])) if place else looked["down"])
        known = layers[: place + 1]
        up = _with_columns(shape, np.concatenate([np.asarray(one["up"]) for one in known]))
        bias = _with_columns(shape, 1 + np.sum([np.asarray(one["bias"]) for one in known], axis=0)[None])[0]
        lows = graph("Concat", *low, axis=1) if place else low[0]
        crossed = graph("Mul", flat, graph.dense(lows, scale * up, scale * bias, activate=False))
    return crossed, 1.0 if layers else scale


def _with_rows(shape: Shape, matrix: Any) -> NDArray[np.float32]:
    """With a row of zeros after those of each vector: for the weight beside it."""
    blocks = np.asarray(matrix).reshape(-1, shape.dimensions, np.shape(matrix)[1])
    return np.pad(blocks, ((0, 0), (0, 1), (0, 0))).reshape(-1, np.shape(matrix)[1])


def _with_columns(shape: Shape, matrix: Any) -> NDArray[np.float32]:
    return _with_rows(shape, np.asarray(matrix).T).T


def _blocks(matrices: NDArray[np.float32]) -> NDArray[np.float32]:
    """One matrix with these on its diagonal."""
    count, rows, columns = matrices.shape
    made = np.zeros((count, rows, count, columns), dtype=np.float32)
    made[np.arange(count), :, np.arange(count)] = matrices
    return made.reshape(count * rows, count * columns)


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
