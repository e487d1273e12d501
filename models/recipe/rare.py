"""Teach the recogniser the characters that its training hardly showed it; writes `rare-characters.npz`.

    target/models/venv/bin/pip install --requirement models/recipe/requirements-rare.txt
    target/models/venv/bin/python models/recipe/rare.py [--work target/models] [--out models/recipe]

Some five in a hundred of the 8,105 characters, nearly all of the third level of the table (which exists for names,
places and sciences), are classes of PP-OCRv6 that come out as a common look-alike: 𬭎 as 铉, 𫖯 as 频. The features
that the network computes tell them apart; only their rows of the last layer were never trained. This script draws
lines of random characters (Noto Sans SC from npm, several weights; blurred, noisy, turned, tightly and loosely cut),
lets the network compute its features, and fits the rows of the characters that are read badly, with all other rows
and everything below them left as they are. Characters that are read well take part as what the new rows must not
claim. `prepare.py` puts the rows in.

Training is seeded, but floating point sums differ from machine to machine, so the file is kept in the repository:
the recipe is exactly repeatable from it.
"""

import argparse
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import helper
from PIL import Image, ImageDraw, ImageFilter, ImageFont

import prepare

SEED = 8105
FONTS = "node_modules/@expo-google-fonts/noto-sans-sc/{0}/NotoSansSC_{0}.ttf"
TRAINING_WEIGHTS = ["300Light", "400Regular", "600SemiBold"]
HELD_OUT_WEIGHT = "500Medium"
HEIGHT = 48
STEP = 8
BLANK = 0
SURVEY_SAMPLES = 6
"""How often each character is drawn to find out how well it is read."""
RARE_SAMPLES = 48
"""How often each badly read character is drawn to train its row."""
LEAST_RECALL = 0.75
"""Characters read right less often than this in the survey get a new row."""
PRIOR = 2.0
"""How much more evidence (in logits) a new row needs than its training, where rare and common characters are equally
frequent, says: in names 李 is a thousand times as frequent as 孪, and a blurred one must stay 李."""


class Painter:
    """Draws lines as they come out of photos of cards."""

    def __init__(self, root, random):
        self.root = root
        self.random = random
        self.fonts = {}

    def font(self, weight, size):
        """A font, loaded once."""
        key = (weight, size)
        if key not in self.fonts:
            self.fonts[key] = ImageFont.truetype(str(self.root / FONTS.format(weight)), size)
        return self.fonts[key]

    def line(self, text, weight):
        """The network's input for a drawn line, and where each character's middle is, in output steps."""
        random = self.random
        em = int(random.integers(18, 56))
        font = self.font(weight, em)
        above, below = random.uniform(0.05, 0.35, 2) * em
        before, after = random.uniform(0.1, 0.4, 2) * em
        tracking = random.uniform(0, 0.12) * em
        width = int(len(text) * (em + tracking) + before + after)
        height = int(em + above + below)
        paper = np.array([222, 230, 236]) * random.uniform(0.75, 1.05) + random.normal(0, 5, 3)
        ink = random.uniform(10, 90) + random.normal(0, 6, 3)
        colour = lambda values: tuple(int(value) for value in np.clip(values, 0, 255))
        picture = Image.new("RGB", (width, height), colour(paper))
        pen = ImageDraw.Draw(picture)
        middles = []
        for index, character in enumerate(text):
            x = before + index * (em + tracking)
            pen.text((x, above + em / 2), character, font=font, fill=colour(ink), anchor="lm")
            middles.append((x + em / 2) / width)
        picture = picture.rotate(random.uniform(-1.5, 1.5), Image.Resampling.BICUBIC, fillcolor=colour(paper))
        picture = picture.filter(ImageFilter.GaussianBlur(random.uniform(0.2, 1.1) * em / 30))
        scaled = max(1, round(width * HEIGHT / height))
        values = np.asarray(picture.resize((scaled, HEIGHT), Image.Resampling.BILINEAR)).astype(np.float32)
        values = np.clip(values + random.normal(0, random.uniform(0, 8), values.shape), 0, 255) / 127.5 - 1
        padded = -(-max(scaled, 96) // STEP) * STEP
        planes = np.zeros((3, HEIGHT, padded), dtype=np.float32)
        planes[:, :, :scaled] = values.transpose(2, 0, 1)
        return planes, [middle * scaled / STEP for middle in middles]


class Network:
    """The prepared recogniser without new rows, opened before its last layer."""

    def __init__(self, source, table):
        data, self.characters = prepare.prepare_recogniser(source, table, rare=None)
        model = onnx.load_from_string(data)
        product = model.graph.node[-2]
        model.graph.output.append(helper.make_tensor_value_info(product.input[0], onnx.TensorProto.FLOAT, None))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(model.SerializeToString(), options)
        self.classes = {character: index + 1 for index, character in enumerate(self.characters)}

    def run(self, planes):
        """Logits and features of one line, a row each step."""
        logits, features = self.session.run(None, {"lines": planes[None]})
        return logits[0], features[0]


def step_of(logits, middle):
    """The step at which the network has most to say about the character around `middle`."""
    first, last = max(0, round(middle - 2)), min(len(logits) - 1, round(middle + 1.5))
    window = logits[first : last + 1]
    total = np.logaddexp.reduce(window, axis=1)
    return first + int(np.argmin(window[:, BLANK] - total))


def collect(network, painter, lines, weights):
    """Draws and runs `lines`; gives features, classes and whether each character was read right."""
    features, classes, right = [], [], []
    for text in lines:
        planes, middles = painter.line(text, weights[int(painter.random.integers(len(weights)))])
        logits, values = network.run(planes)
        for character, middle in zip(text, middles):
            at = step_of(logits, middle)
            features.append(values[at])
            classes.append(network.classes[character])
            right.append(int(np.argmax(logits[at])) == classes[-1])
    return np.array(features, dtype=np.float32), np.array(classes), np.array(right)


def mixed(random, characters, samples, length=4):
    """Lines in which every one of `characters` stands `samples` times."""
    pool = np.concatenate([random.permutation(characters) for _ in range(samples)])
    return ["".join(pool[at : at + length]) for at in range(0, len(pool), length)]


def fit(features, classes, weights, bias, rows, random, epochs=14, rate=0.004, decay=1e-4):
    """Fits `rows` of the last layer (softmax regression, Adam); gives the whole layer."""
    layer = np.vstack([weights, bias[None]]).astype(np.float32)
    inputs = np.hstack([features, np.ones((len(features), 1), dtype=np.float32)])
    centre = layer[:, rows].copy()
    first, second = np.zeros_like(centre), np.zeros_like(centre)
    moment = 0
    column = {row: index for index, row in enumerate(rows)}
    for epoch in range(epochs):
        loss = 0.0
        order = random.permutation(len(inputs))
        for start in range(0, len(order), 512):
            chosen = order[start : start + 512]
            x, wanted = inputs[chosen], classes[chosen]
            scores = x @ layer
            scores -= scores.max(axis=1, keepdims=True)
            probabilities = np.exp(scores)
            probabilities /= probabilities.sum(axis=1, keepdims=True)
            loss -= float(np.log(probabilities[np.arange(len(x)), wanted] + 1e-9).sum())
            error = probabilities[:, rows]
            for index, row in enumerate(wanted):
                if row in column:
                    error[index, column[row]] -= 1
            moment += 1
            gradient = x.T @ error / len(x) + decay * layer[:, rows]
            first = 0.9 * first + 0.1 * gradient
            second = 0.999 * second + 0.001 * gradient**2
            step = (first / (1 - 0.9**moment)) / (np.sqrt(second / (1 - 0.999**moment)) + 1e-8)
            layer[:, rows] -= rate * (1 - epoch / epochs) * step
        print(f"epoch {epoch}: loss {loss / len(order):.4f}", flush=True)
    return layer


def recall(layer, features, classes):
    """Which samples the layer reads right."""
    return (features @ layer[:-1] + layer[-1]).argmax(axis=1) == classes


def main():
    """The command."""
    root = Path(__file__).resolve().parents[2]
    parser = argparse.ArgumentParser(description="Fit the last layer's rows of rarely seen characters.")
    parser.add_argument("--work", type=Path, default=root / "target" / "models")
    parser.add_argument("--out", type=Path, default=root / "models" / "recipe")
    given = parser.parse_args()
    random = np.random.default_rng(SEED)
    painter = Painter(root, random)
    source = prepare.source_models(given.work)[prepare.RECOGNISER_SOURCE]
    table = prepare.table_characters()
    network = Network(source, table)
    known = np.array([character for character in table if character in network.classes])

    survey, survey_classes, right = collect(network, painter, mixed(random, known, SURVEY_SAMPLES), TRAINING_WEIGHTS)
    print(f"survey: {right.mean():.4f} of {len(right)} right", flush=True)
    rare = [
        character for character in known if right[survey_classes == network.classes[character]].mean() < LEAST_RECALL
    ]
    print(f"{len(rare)} characters get a row: {''.join(rare)}", flush=True)

    lines = mixed(random, np.array(rare), RARE_SAMPLES, length=1)
    common = random.choice(known, (len(lines), 2))
    lines = [before + line + after for line, (before, after) in zip(lines, common)]
    more, more_classes, _ = collect(network, painter, lines, TRAINING_WEIGHTS)
    weights, bias = prepare.last_layer(source, table)
    features = np.vstack([survey, more])
    classes = np.concatenate([survey_classes, more_classes])
    rows = [network.classes[character] for character in rare]
    layer = fit(features, classes, weights, bias, rows, random)
    layer[-1, rows] -= PRIOR

    held_out, held_out_classes, _ = collect(network, painter, mixed(random, known, 2), [HELD_OUT_WEIGHT])
    before = np.vstack([weights, bias[None]])
    is_rare = np.isin(held_out_classes, rows)
    for name, mask in [("rare", is_rare), ("other", ~is_rare)]:
        old, new = (recall(each, held_out[mask], held_out_classes[mask]).mean() for each in (before, layer))
        print(f"held-out weight, {name} characters: {old:.4f} → {new:.4f}", flush=True)
    np.savez(
        given.out / prepare.RARE,
        characters=np.array([ord(character) for character in rare], dtype=np.uint32),
        rows=layer[:, rows].T.astype(np.float16),
    )


if __name__ == "__main__":
    main()
