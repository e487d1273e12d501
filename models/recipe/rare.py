"""Teach the recogniser the characters that its training hardly showed it; writes `rare-characters.npz`.

    target/models/venv/bin/pip install --requirement models/recipe/requirements-rare.txt
    target/models/venv/bin/python models/recipe/rare.py [--work target/models] [--out models/recipe]

The third level of the table (1,605 of the 8,105 characters, which are there for names, places and sciences) was hardly
shown to PP-OCRv6: many of its classes come out as a common look-alike, 𬭎 as 铉, 𫖯 as 频, and nearly all do in a soft
photo. The features that the network computes tell them apart; only their rows of the last layer were never trained.
This script draws lines of random characters as photos of cards show them (few pixels, soft, shaken, dark, noisy,
compressed), lets the network compute its features, and fits the rows of the third level and of whatever else is read
badly, with all other rows and everything below them left as they are. Characters of the first two levels take part as
what the new rows must not claim. `prepare.py` puts the rows in.

Training is seeded, but floating point sums differ from machine to machine, so the file is kept in the repository:
the recipe is exactly repeatable from it.
"""

import argparse
import io
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import helper
from PIL import Image, ImageDraw, ImageFilter, ImageFont

import prepare

SEED = 8105
FONTS = "node_modules/@expo-google-fonts/noto-{family}-sc/{cut}/Noto{Family}SC_{cut}.ttf"
TRAINING_FACES = [("sans", "300Light"), ("sans", "500Medium"), ("serif", "500Medium")]
"""Those of `specimen::Split::Train`."""
HELD_OUT_FACES = [("sans", "400Regular"), ("serif", "600SemiBold")]
"""Those that documents of the test split are drawn in."""
HEIGHT = 48
STEP = 8
BLANK = 0
FIRST_LEVELS = 6500
"""Characters of the table's first and second level, which come first in it."""
SURVEY_SAMPLES = 8
"""How often each character is drawn to find out how well it is read."""
RARE_SAMPLES = 16
"""How often each character with a row of its own is drawn besides."""
LEAST_RECALL = 0.75
"""Characters of the first levels that are read right less often than this in the survey get a new row too."""
PRIOR = 2.0
"""How much more evidence (in logits) a new row needs than its training, where rare and common characters are equally
frequent, says: in names 李 is a thousand times as frequent as 孪, and a blurred one must stay 李."""


class Painter:
    """Draws lines as they come out of photos of cards."""

    def __init__(self, root, random):
        self.root = root
        self.random = random
        self.fonts = {}

    def font(self, face, size):
        """A font, loaded once."""
        family, cut = face
        if (face, size) not in self.fonts:
            path = FONTS.format(family=family, Family=family.capitalize(), cut=cut)
            self.fonts[face, size] = ImageFont.truetype(str(self.root / path), size)
        return self.fonts[face, size]

    def line(self, text, face):
        """The network's input for a drawn line, and where each character's middle is, in output steps."""
        random = self.random
        em = int(random.integers(22, 44))
        font = self.font(face, em)
        above, below = random.uniform(0.1, 0.4, 2) * em
        before, after = random.uniform(0.1, 0.6, 2) * em
        advance = em * (1 + random.uniform(0, 0.12))
        width, height = int(len(text) * advance + before + after), int(em + above + below)
        light = random.uniform(0.45, 1.05)
        paper = np.array([222, 230, 236]) * light + random.normal(0, 6, 3)
        ink = random.uniform(10, 110) * light + random.normal(0, 6, 3)
        colour = lambda values: tuple(int(value) for value in np.clip(values, 0, 255))
        picture = Image.new("RGB", (width, height), colour(paper))
        pen = ImageDraw.Draw(picture)
        middles = []
        for index, character in enumerate(text):
            x = before + index * advance
            pen.text((x, above + em / 2), character, font=font, fill=colour(ink), anchor="lm")
            middles.append((x + em / 2) / width)
        picture = picture.rotate(random.uniform(-1.2, 1.2), Image.Resampling.BICUBIC, fillcolor=colour(paper))
        picture = self.photograph(picture, random.uniform(13, 40), em)
        scaled = max(1, round(width * HEIGHT / height))
        values = np.asarray(picture.resize((scaled, HEIGHT), Image.Resampling.BILINEAR)).astype(np.float32) / 127.5 - 1
        padded = -(-max(scaled, 96) // STEP) * STEP
        planes = np.zeros((3, HEIGHT, padded), dtype=np.float32)
        planes[:, :, :scaled] = values.transpose(2, 0, 1)
        return planes, [middle * scaled / STEP for middle in middles]

    def photograph(self, picture, seen, em):
        """What a camera makes of it that sees a character of `em` pixels in `seen`: soft, shaken, noisy, compressed."""
        random = self.random
        size = [max(8, round(side * seen / em)) for side in picture.size]
        picture = picture.resize(size, Image.Resampling.LANCZOS)
        softness = 0.3 + abs(random.normal()) * min(1.0, seen / 24)
        values = np.asarray(picture.filter(ImageFilter.GaussianBlur(softness))).astype(np.float32)
        if random.random() < 0.3:
            shifts, axis = range(int(random.integers(2, 4))), int(random.integers(0, 2))
            values = np.mean([np.roll(values, shift, axis) for shift in shifts], axis=0)
        values += random.normal(0, random.uniform(0, 9), values.shape)
        jpeg = io.BytesIO()
        picture = Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))
        picture.save(jpeg, "JPEG", quality=int(random.integers(45, 95)))
        return Image.open(jpeg).convert("RGB")


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


def collect(network, painter, lines, faces):
    """Draws and runs `lines`; gives features, classes and whether each character was read right."""
    features, classes, right = [], [], []
    for text in lines:
        planes, middles = painter.line(text, faces[int(painter.random.integers(len(faces)))])
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


def fit(features, classes, weights, bias, rows, random, epochs=8, rate=0.004, decay=1e-5):
    """Fits `rows` of the last layer (softmax regression, Adam); gives the whole layer."""
    layer = np.vstack([weights, bias[None]]).astype(np.float32)
    inputs = np.hstack([features, np.ones((len(features), 1), dtype=np.float32)])
    first, second = np.zeros((2, len(layer), len(rows)), dtype=np.float32)
    column = np.full(layer.shape[1], -1)
    column[rows] = np.arange(len(rows))
    moment = 0
    for epoch in range(epochs):
        loss = 0.0
        order = random.permutation(len(inputs))
        for start in range(0, len(order), 1024):
            chosen = order[start : start + 1024]
            x, wanted = inputs[chosen], classes[chosen]
            scores = x @ layer
            scores -= scores.max(axis=1, keepdims=True)
            probabilities = np.exp(scores)
            probabilities /= probabilities.sum(axis=1, keepdims=True)
            loss -= float(np.log(probabilities[np.arange(len(x)), wanted] + 1e-9).sum())
            error = probabilities[:, rows]
            (fitted,) = np.nonzero(column[wanted] >= 0)
            error[fitted, column[wanted[fitted]]] -= 1
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

    survey, survey_classes, right = collect(network, painter, mixed(random, known, SURVEY_SAMPLES), TRAINING_FACES)
    print(f"survey: {right.mean():.4f} of {len(right)} right", flush=True)
    third = set(table[FIRST_LEVELS:])
    rare = [
        character
        for character in known
        if character in third or right[survey_classes == network.classes[character]].mean() < LEAST_RECALL
    ]
    print(f"{len(rare)} characters get a row, of the first levels {''.join(sorted(set(rare) - third))}", flush=True)

    more, more_classes, _ = collect(network, painter, mixed(random, np.array(rare), RARE_SAMPLES), TRAINING_FACES)
    weights, bias = prepare.last_layer(source, table)
    features = np.vstack([survey, more])
    classes = np.concatenate([survey_classes, more_classes])
    rows = [network.classes[character] for character in rare]
    layer = fit(features, classes, weights, bias, rows, random)
    layer[-1, rows] -= PRIOR

    before = np.vstack([weights, bias[None]])
    for face in HELD_OUT_FACES:
        held_out, held_out_classes, _ = collect(network, painter, mixed(random, known, 1), [face])
        is_rare = np.isin(held_out_classes, rows)
        for name, mask in [("rare", is_rare), ("other", ~is_rare)]:
            old, new = (recall(each, held_out[mask], held_out_classes[mask]).mean() for each in (before, layer))
            print(f"held-out {' '.join(face)}, {name} characters: {old:.4f} → {new:.4f}", flush=True)
    np.savez(
        given.out / prepare.RARE,
        characters=np.array([ord(character) for character in rare], dtype=np.uint32),
        rows=layer[:, rows].T.astype(np.float16),
    )


if __name__ == "__main__":
    main()
