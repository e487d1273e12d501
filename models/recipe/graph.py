"""Graph surgery on ONNX models: small rewrites that change the file, not the function.

Every rewrite works in place on an `onnx.ModelProto` and depends on nothing but the model, so that the same source
gives the same bytes.
"""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = 20
"""The first opset with both `Gelu` and `LayerNormalization`; per-axis `DequantizeLinear` came with 13."""

SMALLEST_QUANTISED = 512
"""Weights with fewer elements than this stay floating: there is nothing to gain."""

SMALLEST_HALF = 16
"""Floating constants with fewer elements stay f32: a `Cast` node costs more than it saves."""

SMALLEST_NORMAL_HALF = 2.0**-14
"""Below this f16 loses precision: scales of such weights stay f32."""


class Editor:
    """Looks up and rewrites nodes and constants of one graph."""

    def __init__(self, model):
        self.graph = model.graph
        self.constants = {tensor.name: tensor for tensor in model.graph.initializer}
        self.full_precision = set()

    def array(self, name):
        """The constant called `name`, or None."""
        tensor = self.constants.get(name)
        return None if tensor is None else numpy_helper.to_array(tensor)

    def scalar(self, name):
        """The constant called `name` if it has one element, or None."""
        array = self.array(name)
        return float(array.reshape(-1)[0]) if array is not None and array.size == 1 else None

    def set_constant(self, name, array):
        """Add or replace a constant."""
        tensor = numpy_helper.from_array(np.ascontiguousarray(array), name)
        if name in self.constants:
            self.constants[name].CopyFrom(tensor)
        else:
            self.graph.initializer.append(tensor)
            self.constants[name] = self.graph.initializer[-1]
        return name

    def producers(self):
        """Value name → the node that makes it."""
        return {output: node for node in self.graph.node for output in node.output}

    def consumers(self):
        """Value name → the nodes that use it."""
        uses = {}
        for node in self.graph.node:
            for name in node.input:
                uses.setdefault(name, []).append(node)
        return uses

    def replace(self, removed, added):
        """Put `added` in the place of the last of `removed`; its outputs must be made by `added`."""
        nodes = list(self.graph.node)
        at = max(nodes.index(node) for node in removed)
        kept = [node for node in nodes[: at + 1] if node not in removed] + added + nodes[at + 1 :]
        del self.graph.node[:]
        self.graph.node.extend(kept)

    def sweep(self):
        """Drop constants and shape annotations that nothing uses."""
        used = {name for node in self.graph.node for name in node.input}
        kept = [tensor for tensor in self.graph.initializer if tensor.name in used]
        del self.graph.initializer[:]
        self.graph.initializer.extend(kept)
        self.constants = {tensor.name: tensor for tensor in self.graph.initializer}
        del self.graph.value_info[:]


def attributes(node):
    """The node's attributes as a dictionary."""
    return {attribute.name: helper.get_attribute_value(attribute) for attribute in node.attribute}


def drop_identities(edit):
    """Remove `Identity` nodes. Graph outputs keep their names."""
    outputs = {output.name for output in edit.graph.output}
    rename = {}
    kept = []
    for node in edit.graph.node:
        for index, name in enumerate(node.input):
            node.input[index] = rename.get(name, name)
        if node.op_type == "Identity" and node.output[0] not in outputs:
            rename[node.output[0]] = node.input[0]
        else:
            kept.append(node)
    kept = [onnx.NodeProto.FromString(node.SerializeToString()) for node in kept]
    del edit.graph.node[:]
    edit.graph.node.extend(kept)


def fold_convolutions(edit):
    """Fold what follows a convolution into it: the addition of a constant per channel, batch normalisation."""
    uses = edit.consumers()
    rename = {}
    kept = []
    folded = {}
    for node in edit.graph.node:
        for index, name in enumerate(node.input):
            node.input[index] = rename.get(name, name)
        source = folded.get(node.input[0]) if node.input else None
        if node.op_type in ("Conv", "ConvTranspose") and len(uses.get(node.output[0], [])) == 1:
            folded[node.output[0]] = node
        elif source is not None and node.op_type == "Add" and fold_bias(edit, source, node):
            rename[node.output[0]] = source.output[0]
            continue
        elif source is not None and node.op_type == "BatchNormalization" and source.op_type == "Conv":
            fold_batch_norm(edit, source, node)
            rename[node.output[0]] = source.output[0]
            continue
        kept.append(node)
    kept = [onnx.NodeProto.FromString(node.SerializeToString()) for node in kept]
    del edit.graph.node[:]
    edit.graph.node.extend(kept)


def fold_bias(edit, conv, add):
    """Make `add`'s constant the bias of `conv` if it is one value a channel."""
    bias = edit.array(add.input[1])
    weights = edit.array(conv.input[1])
    channels = weights.shape[0] if conv.op_type == "Conv" else weights.shape[1] * attributes(conv).get("group", 1)
    if bias is None or bias.shape != (1, channels, 1, 1) or len(conv.input) > 2:
        return False
    conv.input.append(edit.set_constant(conv.input[1] + ".bias", bias.reshape(-1)))
    return True


def fold_batch_norm(edit, conv, norm):
    """Scale `conv`'s weights and bias as `norm` would scale its output."""
    weights = edit.array(conv.input[1]).astype(np.float64)
    scale, shift, mean, variance = (edit.array(name).astype(np.float64) for name in norm.input[1:5])
    bias = edit.array(conv.input[2]).astype(np.float64) if len(conv.input) > 2 else np.zeros(len(scale))
    factor = scale / np.sqrt(variance + attributes(norm).get("epsilon", 1e-5))
    edit.set_constant(conv.input[1], (weights * factor.reshape(-1, 1, 1, 1)).astype(np.float32))
    del conv.input[2:]
    conv.input.append(edit.set_constant(conv.input[1] + ".bias", ((bias - mean) * factor + shift).astype(np.float32)))


def fuse_gelu(edit):
    """Write x · (1 + erf(x / √2)) · ½ as one `Gelu`."""
    uses = edit.consumers()

    def only_use(value, operator):
        nodes = uses.get(value, [])
        return nodes[0] if len(nodes) == 1 and nodes[0].op_type == operator else None

    for divide in [node for node in edit.graph.node if node.op_type == "Div"]:
        root = edit.scalar(divide.input[1])
        if root is None or abs(root - np.sqrt(2)) > 1e-5:
            continue
        erf = only_use(divide.output[0], "Erf")
        add = only_use(erf.output[0], "Add") if erf else None
        product = only_use(add.output[0], "Mul") if add else None
        half = only_use(product.output[0], "Mul") if product else None
        if half is None or divide.input[0] not in product.input or edit.scalar(half.input[1]) != 0.5:
            continue
        gelu = helper.make_node("Gelu", [divide.input[0]], [half.output[0]])
        edit.replace([divide, erf, add, product, half], [gelu])
        uses = edit.consumers()


def fuse_layer_norm(edit):
    """Write (x − mean) / √(variance + ε) · scale + shift, over the last axis, as one `LayerNormalization`."""
    uses = edit.consumers()
    made = edit.producers()

    def only_use(value, operator):
        nodes = [node for node in uses.get(value, []) if node.op_type == operator]
        return nodes[0] if len(nodes) == 1 else None

    for mean in [node for node in edit.graph.node if node.op_type == "ReduceMean"]:
        if list(attributes(mean).get("axes", [])) != [-1]:
            continue
        centre = only_use(mean.output[0], "Sub")
        square = only_use(centre.output[0], "Pow") if centre else None
        variance = only_use(square.output[0], "ReduceMean") if square else None
        shifted = only_use(variance.output[0], "Add") if variance else None
        root = only_use(shifted.output[0], "Sqrt") if shifted else None
        divide = only_use(root.output[0], "Div") if root else None
        scale = only_use(divide.output[0], "Mul") if divide else None
        shift = only_use(scale.output[0], "Add") if scale else None
        if shift is None or made.get(divide.input[0]) is not centre:
            continue
        norm = helper.make_node(
            "LayerNormalization",
            [centre.input[0], scale.input[1], shift.input[1]],
            [shift.output[0]],
            axis=-1,
            epsilon=edit.scalar(shifted.input[1]),
        )
        edit.replace([mean, centre, square, variance, shifted, root, divide, scale, shift], [norm])
        uses, made = edit.consumers(), edit.producers()


def modernise(model, edit):
    """Move from opset 11 to `OPSET`: axes that became inputs, the meaning of `Softmax`, averages over the plane."""
    for node in edit.graph.node:
        given = attributes(node)
        if node.op_type in ("Squeeze", "Unsqueeze") and "axes" in given:
            node.input.append(edit.set_constant(node.output[0] + ".axes", np.array(given["axes"], dtype=np.int64)))
            del node.attribute[:]
        elif node.op_type == "ReduceMean":
            if list(given["axes"]) != [2, 3] or given.get("keepdims", 1) != 1:
                raise ValueError(f"unexpected ReduceMean over {given}")
            node.op_type = "GlobalAveragePool"
            del node.attribute[:]
        elif node.op_type == "Softmax" and "axis" not in given:
            raise ValueError("Softmax without axis changed its meaning in opset 13")
    del model.opset_import[:]
    model.opset_import.append(helper.make_opsetid("", OPSET))


def drop_neutral(edit):
    """Remove additions of the constant zero."""
    for node in [node for node in edit.graph.node if node.op_type == "Add"]:
        if edit.scalar(node.input[1]) == 0.0 and edit.array(node.input[1]).ndim == 0:
            for user in edit.consumers().get(node.output[0], []):
                for index, name in enumerate(user.input):
                    if name == node.output[0]:
                        user.input[index] = node.input[0]
            edit.graph.node.remove(node)


def rename_values(edit, names):
    """Number all inner values (short names compress well) and give inputs and outputs the names in `names`."""
    new = dict(names)
    for tensor in edit.graph.initializer:
        new.setdefault(tensor.name, f"w{len(new)}")
        tensor.name = new[tensor.name]
    for node in edit.graph.node:
        node.name = ""
        for index, name in enumerate(node.output):
            new.setdefault(name, f"v{len(new)}")
            node.output[index] = new[name]
        for index, name in enumerate(node.input):
            node.input[index] = new[name] if name else name
    for value in list(edit.graph.input) + list(edit.graph.output):
        value.name = new[value.name]
    edit.constants = {tensor.name: tensor for tensor in edit.graph.initializer}


def quantise(edit, convolution_levels):
    """Store the weights of convolutions and matrix products as int8, one scale per output channel.

    Symmetric (no zero point), computed in f32 again after `DequantizeLinear`, which a runtime folds when it loads.
    `convolution_levels` gives how many levels either side of zero a convolution of so many weights gets, at most 127:
    fewer are smaller once compressed. Everything else has 127.
    """
    channel_axis = {"Conv": 0, "ConvTranspose": 1, "MatMul": 1}
    added = []
    for node in edit.graph.node:
        axis = channel_axis.get(node.op_type)
        weights = edit.array(node.input[1]) if axis is not None else None
        if weights is None or weights.dtype != np.float32 or weights.size < SMALLEST_QUANTISED:
            continue
        name = node.input[1]
        others = tuple(other for other in range(weights.ndim) if other != axis)
        peak = np.abs(weights).max(axis=others, keepdims=True)
        most = convolution_levels(weights.size) if node.op_type == "Conv" else 127
        scale = (np.where(peak == 0, 1, peak) / most).astype(np.float32)
        if most < 127:
            scale = closest_scale(weights, scale, most, others)
        if scale.min() >= SMALLEST_NORMAL_HALF:
            scale = scale.astype(np.float16).astype(np.float32)
        else:
            edit.full_precision.add(name + "s")
        # A scale that f16 rounded down must not push the peak over the last level.
        edit.set_constant(name, np.clip(np.rint(weights / scale), -most, most).astype(np.int8))
        edit.set_constant(name + "s", scale.reshape(-1))
        added.append(helper.make_node("DequantizeLinear", [name, name + "s"], [name + "f"], axis=axis))
        node.input[1] = name + "f"
    insert_first(edit, added)


def closest_scale(weights, scale, most, axes):
    """Per channel the share of `scale` that leaves the least squared error: with few levels, cutting off the peak pays."""
    best, least = scale, None
    for share in np.linspace(1.0, 0.5, 26, dtype=np.float32):
        tried = scale * share
        error = ((np.clip(np.rint(weights / tried), -most, most) * tried - weights) ** 2).sum(axis=axes, keepdims=True)
        if least is None:
            least = error
            continue
        better = error < least
        best, least = np.where(better, tried, best), np.where(better, error, least)
    return best.astype(np.float32)


def halve(edit):
    """Store the remaining floating constants as f16, cast back to f32 in the graph."""
    added = []
    renamed = {}
    for tensor in list(edit.graph.initializer):
        array = numpy_helper.to_array(tensor)
        if array.dtype != np.float32 or array.size < SMALLEST_HALF or tensor.name in edit.full_precision:
            continue
        half = array.astype(np.float16)
        if not np.isfinite(half).all():
            raise ValueError(f"{tensor.name} does not fit in f16")
        edit.set_constant(tensor.name, half)
        added.append(helper.make_node("Cast", [tensor.name], [tensor.name + "h"], to=TensorProto.FLOAT))
        renamed[tensor.name] = tensor.name + "h"
    for node in edit.graph.node:
        for index, name in enumerate(node.input):
            node.input[index] = renamed.get(name, name)
    insert_first(edit, added)


def insert_first(edit, nodes):
    """Put `nodes` before all others."""
    rest = [onnx.NodeProto.FromString(node.SerializeToString()) for node in edit.graph.node]
    del edit.graph.node[:]
    edit.graph.node.extend(nodes + rest)


def set_shape(value, dimensions):
    """Declare the shape of a graph input or output; a string is a free dimension."""
    value.type.CopyFrom(helper.make_tensor_type_proto(TensorProto.FLOAT, dimensions))


def simplify(model):
    """All rewrites that keep the function and shrink the graph; gives the editor to go on with."""
    edit = Editor(model)
    drop_identities(edit)
    fold_convolutions(edit)
    fuse_gelu(edit)
    fuse_layer_norm(edit)
    drop_neutral(edit)
    modernise(model, edit)
    edit.sweep()
    return edit
