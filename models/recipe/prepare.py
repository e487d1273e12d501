"""Make the project's model files from their published sources.

    python3.11 -m venv target/models/venv
    target/models/venv/bin/pip install --requirement models/recipe/requirements.txt
    target/models/venv/bin/python models/recipe/prepare.py [--check] [--work target/models] [--out models]

Downloads the PyPI wheel of rapidocr (weights of PP-OCRv6 small, Apache-2.0), checks its SHA-256, and writes
`characters.txt`, `recogniser.onnx` and `manifest.json`, and from the weights that `train.py` left the small nets, to the
directory `--out`. With `--check`
nothing is written: the exit status says whether the files that are there are bit for bit what this recipe makes.
With `--unihan Unihan_OtherMappings.txt` (from https://www.unicode.org/Public/UCD, or bzipped from the Debian package
unicode-data) the list of the 8,105 characters, which lies beside this file, is compared with Unihan's `kTGH` first.
`cargo xtask models` makes the environment and runs this.
"""

import argparse
import bz2
import hashlib
import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

import faces
import graph
import nets

RAPIDOCR = "rapidocr==3.10.0"
RAPIDOCR_WHEEL = "rapidocr-3.10.0-py3-none-any.whl"
RAPIDOCR_SHA256 = "2fc34e26cd0f48514804a94f8832283039c7334076bff60768b1fed9ad068050"
RECOGNISER_SOURCE = "PP-OCRv6_rec_small.onnx"
SOURCE_SHA256 = {
    RECOGNISER_SOURCE: "6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884",
}

TABLE = "tgh-2013.txt"
RARE = "rare-characters.npz"
CHARACTERS = "characters.txt"
RECOGNISER = "recogniser.onnx"
NARROW = "narrow.txt"
SMALL = {
    "finder": (nets.finder, ["views", 3, "height", "width"], "probability (logit) that a document is here"),
    "sorter": (nets.sorter, ["thumbnails", 3, 128, 192], "logits: nothing, pages upright, pages turned; how it was made"),
    "grain": (nets.grain, ["patches", 3, nets.PATCH, nets.PATCH], "logits: original, copy, screen"),
    "narrow": (nets.narrow, ["strips", 1, 32, "width"], f"logits: CTC blank, {NARROW}"),
}
"""The nets of our own: layers, shape of the input, what comes out."""

PUNCTUATION = "·—（）、，。：；《》“”〇"
"""Besides printable ASCII: what addresses, issuers and names use. 〇 is a character of place names outside the 8,105."""

RECOGNISER_LEVELS = [(200_000, 45), (60_000, 63)]
"""More weights than this → levels either side of zero, in the recogniser's convolutions; the others have 127. The few large
ones are most of the file, and each level they lose costs least there: docs/benchmarks.md has what else was tried."""
SMALL_LEVELS = {"finder": 63, "sorter": 63, "face_describer": 63}
FACE = {
    "face_finder": (faces.MEDIAPIPE, "Apache-2.0", "certainties (logits), then figures, of 896 candidates"),
    "face_mesh": (faces.MEDIAPIPE, "Apache-2.0", "468 landmarks (x, y, depth), then how certain they are (logit)"),
    "face_describer": (faces.FACE_DETECTION, "MIT; weights Apache-2.0", "descriptor, 192 numbers"),
}
"""The nets for faces: package, licence, what comes out."""

UNLIKELY = {"袆": 4.5}
"""Logits that are taken off a character which hardly anybody bears and which looks like one that many do: 袆 is a robe of
queens, 祎 is in one given name of a thousand."""


def checked(data, sha256, what):
    """`data`, if its SHA-256 is the expected one."""
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        raise SystemExit(f"{what}: SHA-256 is {found}, expected {sha256}")
    return data


def source_models(work):
    """The source model, out of the wheel."""
    wheel = work / RAPIDOCR_WHEEL
    if not wheel.exists():
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(work), RAPIDOCR]
        subprocess.run(command, check=True)
    archive = zipfile.ZipFile(io.BytesIO(checked(wheel.read_bytes(), RAPIDOCR_SHA256, RAPIDOCR_WHEEL)))
    return {
        name: checked(archive.read(f"rapidocr/models/{name}"), sha256, name) for name, sha256 in SOURCE_SHA256.items()
    }


def table_characters():
    """The 8,105 characters of the 通用规范汉字表 (2013), in the order of the standard."""
    characters = (Path(__file__).parent / TABLE).read_text(encoding="utf-8").split("\n")[:-1]
    if len(characters) != 8105 or len(set(characters)) != 8105:
        raise ValueError(f"{TABLE} does not hold 8,105 characters")
    return characters


def unihan_characters(path):
    """The same list out of a Unihan_OtherMappings.txt, plain or bzipped: the property kTGH is `2013:<position>`."""
    reader = bz2.open if path.suffix == ".bz2" else open
    positions = {}
    with reader(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            if not line.startswith("#") and "\tkTGH\t" in line:
                code, _, value = line.rstrip("\n").split("\t")
                positions[int(value.removeprefix("2013:"))] = chr(int(code.removeprefix("U+"), 16))
    return [positions[position] for position in sorted(positions)]


def dictionary(model):
    """The characters of a PP-OCR recogniser: class 0 is the blank, class i the i-th of these, the last a space."""
    for entry in model.metadata_props:
        if entry.key == "character":
            return entry.value.split("\n")
    raise ValueError("the recogniser carries no dictionary")


def kept_characters(table, known):
    """Which characters the prepared recogniser writes, in class order."""
    ascii_characters = [chr(code) for code in range(0x21, 0x7F)]
    wanted = ascii_characters + list(PUNCTUATION) + table
    if len(set(wanted)) != len(wanted):
        raise ValueError("a character is listed twice")
    return [character for character in wanted if character in known]


def pruned_layer(model, edit, table):
    """The last layer's nodes, its weights and bias for the kept classes, and their characters."""
    known = {character: index + 1 for index, character in enumerate(dictionary(model))}
    space = len(known) + 1
    characters = kept_characters(table, known)
    classes = [0] + [known[character] for character in characters] + [space]
    nodes = edit.graph.node[-3:]
    if [node.op_type for node in nodes] != ["MatMul", "Add", "Softmax"]:
        raise ValueError("the recogniser does not end in a linear layer and a softmax")
    weights, bias = edit.array(nodes[0].input[1]), edit.array(nodes[1].input[1])
    if weights.shape[1] != space + 1 or bias.shape != (space + 1,):
        raise ValueError("the last layer does not fit the dictionary")
    return nodes, weights[:, classes], bias[classes], characters


def last_layer(source, table):
    """Weights and bias of the last layer for the kept classes."""
    model = onnx.load_from_string(source)
    _, weights, bias, _ = pruned_layer(model, graph.simplify(model), table)
    return weights, bias


def rare_rows():
    """Rows of the last layer that `rare.py` fitted: character → weights and, last, bias."""
    with np.load(Path(__file__).parent / RARE) as stored:
        return {chr(code): row for code, row in zip(stored["characters"], stored["rows"].astype(np.float32))}


def prepare_recogniser(source, table, rare):
    """PP-OCRv6 small recogniser with fewer classes, the rows `rare` (or None) replaced and int8 weights; gives the
    model and its characters."""
    model = onnx.load_from_string(source)
    edit = graph.simplify(model)
    (product, add, softmax), weights, bias, characters = pruned_layer(model, edit, table)
    for character, row in (rare or {}).items():
        index = characters.index(character) + 1
        weights[:, index], bias[index] = row[:-1], row[-1]
    for character, less in UNLIKELY.items():
        bias[characters.index(character) + 1] -= less
    edit.set_constant(product.input[1], weights)
    edit.set_constant(add.input[1], bias)
    # The reader normalises over the classes a field can have, so that it needs logits.
    edit.graph.node.remove(softmax)
    edit.graph.output[0].name = add.output[0]
    # BGR, as the source was trained, to RGB.
    first = edit.graph.node[0]
    edit.set_constant(first.input[1], edit.array(first.input[1])[:, ::-1])

    graph.set_shape(edit.graph.input[0], ["lines", 3, 48, "width"])
    graph.set_shape(edit.graph.output[0], ["lines", "steps", len(bias)])
    graph.rename_values(edit, {"x": "lines", add.output[0]: "logits"})
    graph.quantise(edit, lambda size: next((levels for more, levels in RECOGNISER_LEVELS if size > more), 127))
    graph.halve(edit)
    return finish(model, "shiming recogniser", f"classes: blank, {CHARACTERS}, space"), characters


def finish(model, name, output, source=None, licence=None):
    """Serialise: producer and licence recorded, checked, the same bytes every time."""
    model.graph.name = name
    model.producer_name = "shiming models/recipe"
    model.producer_version = ""
    model.ir_version = 9
    model.domain = ""
    model.doc_string = ""
    del model.metadata_props[:]
    helper.set_model_props(
        model,
        {
            "source": source or f"PP-OCRv6 small from PyPI {RAPIDOCR}",
            "license": licence or "Apache-2.0; modified: pruned classes, int8 weights, rewritten graph",
            "output": output,
        },
    )
    onnx.checker.check_model(model, full_check=True)
    return model.SerializeToString(deterministic=True)


def prepare_small(name):
    """A net of our own with the weights that `train.py` left, as int8."""
    layers, shape, output = SMALL[name]
    with np.load(Path(__file__).parent / f"{name}.npz") as stored:
        weights = {key: stored[key].astype(np.float32) for key in stored}
    nodes, constants = [], []
    value, kept = "input", {}

    def constant(key, array):
        constants.append(numpy_helper.from_array(np.ascontiguousarray(array), key))
        return key

    for at, layer in enumerate(layers()):
        made = f"v{at}"
        if layer[0] == "save":
            kept[layer[1]] = value
            continue
        if layer[0] == "conv":
            _, key, _, _, kernel, stride, padding, relu = layer
            inputs = [value, *(constant(f"{key}.{part}", weights[f"{key}.{part}"]) for part in ("weight", "bias"))]
            pads = [*padding, *padding]
            nodes.append(helper.make_node("Conv", inputs, [made], kernel_shape=kernel, strides=stride, pads=pads))
            if relu:
                nodes.append(helper.make_node("Relu", [made], [f"{made}r"]))
                made = f"{made}r"
        elif layer[0] == "relu":
            nodes.append(helper.make_node("Relu", [value], [made]))
        elif layer[0] == "add":
            nodes.append(helper.make_node("Add", [value, kept[layer[1]]], [made]))
        elif layer[0] == "mean":
            nodes.append(helper.make_node("GlobalAveragePool", [value], [made]))
        elif layer[0] == "up":
            scales = constant(f"{made}.scales", np.array([1, 1, 2, 2], np.float32))
            modes = {"mode": "nearest", "nearest_mode": "floor", "coordinate_transformation_mode": "asymmetric"}
            nodes.append(helper.make_node("Resize", [value, "", scales], [made], **modes))
        value = made
    nodes[-1].output[0] = "output"
    tensor = TensorProto.FLOAT
    declared = [helper.make_tensor_value_info("input", tensor, shape)]
    result = [helper.make_tensor_value_info("output", tensor, None)]
    model = helper.make_model(
        helper.make_graph(nodes, name, declared, result, constants),
        opset_imports=[helper.make_opsetid("", graph.OPSET)],
    )
    edit = graph.Editor(model)
    graph.quantise(edit, lambda _: SMALL_LEVELS.get(name, 127))
    graph.halve(edit)
    model = onnx.shape_inference.infer_shapes(model)
    del model.graph.value_info[:]
    return finish(model, f"shiming {name}", output, "trained for this project, models/recipe/train.py", "Apache-2.0 OR MIT")


def prepare_face(name, model):
    """A net for faces, as `faces.py` wrote it, with int8 weights."""
    package, licence, output = FACE[name]
    edit = graph.Editor(model)
    graph.quantise(edit, lambda _: SMALL_LEVELS.get(name, 127))
    graph.halve(edit)
    model = onnx.shape_inference.infer_shapes(model)
    del model.graph.value_info[:]
    licence = f"{licence}; modified: int8 weights, rewritten graph"
    return finish(model, f"shiming {name}", output, package, licence)


def manifest(files):
    """Describe the files for those who load them."""
    def listed(roles):
        return [
            {"role": role, "file": name, "bytes": len(files[name]), "sha256": hashlib.sha256(files[name]).hexdigest()}
            for role, name in roles
        ]

    text = files[CHARACTERS]
    description = {
        "version": 1,
        "files": listed([(name, f"{name}.onnx") for name in SMALL] + [("recogniser", RECOGNISER)]),
        "face": listed([(name, f"{name}.onnx") for name in FACE]),
        "characters": {"file": CHARACTERS, "bytes": len(text), "sha256": hashlib.sha256(text).hexdigest()},
    }
    return (json.dumps(description, indent=2) + "\n").encode()


def main():
    """The command."""
    root = Path(__file__).resolve().parents[2]
    parser = argparse.ArgumentParser(description="Make the model files, or check that they are what the recipe makes.")
    parser.add_argument("--work", type=Path, default=root / "target" / "models", help="downloads go here")
    parser.add_argument("--out", type=Path, default=root / "models", help="results go here")
    parser.add_argument("--unihan", type=Path, help="compare the list of characters with this file first")
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    given = parser.parse_args()
    table = table_characters()
    if given.unihan and unihan_characters(given.unihan) != table:
        raise SystemExit(f"{TABLE} differs from {given.unihan}")
    given.work.mkdir(parents=True, exist_ok=True)

    sources = source_models(given.work)
    recogniser, characters = prepare_recogniser(sources[RECOGNISER_SOURCE], table, rare_rows())
    files = {
        CHARACTERS: "".join(f"{character}\n" for character in characters).encode(),
        RECOGNISER: recogniser,
        NARROW: nets.NARROW.encode(),
    }
    files |= {f"{name}.onnx": prepare_small(name) for name in SMALL}
    files |= {f"{name}.onnx": prepare_face(name, model) for name, model in faces.nets(given.work).items()}
    files["manifest.json"] = manifest(files)

    different = []
    for name, data in files.items():
        path = given.out / name
        same = path.exists() and path.read_bytes() == data
        print(f"{name}: {len(data)} bytes, sha256 {hashlib.sha256(data).hexdigest()}{'' if same else ' (differs)'}")
        if not same:
            different.append(name)
            if not given.check:
                path.write_bytes(data)
    if given.check and different:
        raise SystemExit(f"not what the recipe makes: {', '.join(different)}")


if __name__ == "__main__":
    main()
