"""Train the small nets of our own on drawn photos; writes their weights to `small-nets.npz`.

    cargo run --release -p shiming-vision --example training -- target/training 9000
    apt-get install python3-torch python3-pil          # Debian 12: torch 1.13.1, on the processor
    /usr/bin/python3 models/recipe/train.py NET [--data target/training] [--epochs N] [--weights models/recipe]

NET is `finder`, `sorter`, `grain` or `narrow` (models/README.md tells what they are for, `nets.py` what they are made of).
Each takes less than an hour on two cores. Sums in floating point differ from machine to machine, so the weights are kept
in the repository and `prepare.py` makes the same bytes of them; training again gives nets that are as good, not the same.
"""

import argparse
import json
import math
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFilter, ImageFont
from torch import nn
from torch.nn import functional

import nets
from nets import MADE, PAGES

SEED = 20261125
HELD_OUT = 0.04
"""Share of what was drawn that is kept for looking how training goes."""


class Net(nn.Module):
    """The layers of `nets.py`, with batch normalisation after every convolution but the last."""

    def __init__(self, layers):
        super().__init__()
        self.layers = layers
        self.parts = nn.ModuleDict()
        for layer in layers:
            if layer[0] == "conv":
                _, name, inputs, outputs, kernel, stride, padding, _ = layer
                last = name == "out"
                key = name.replace(".", "_")
                self.parts[key] = nn.Conv2d(inputs, outputs, kernel, stride, padding, bias=last)
                if not last:
                    self.parts[f"{key}_norm"] = nn.BatchNorm2d(outputs)

    def forward(self, x):
        kept = {}
        for layer in self.layers:
            kind = layer[0]
            if kind == "conv":
                key = layer[1].replace(".", "_")
                x = self.parts[key](x)
                if layer[1] != "out":
                    x = self.parts[f"{key}_norm"](x)
                if layer[7]:
                    x = functional.relu(x)
            elif kind == "relu":
                x = functional.relu(x)
            elif kind == "up":
                x = functional.interpolate(x, scale_factor=2, mode="nearest")
            elif kind == "save":
                kept[layer[1]] = x
            elif kind == "add":
                x = x + kept[layer[1]]
            elif kind == "mean":
                x = x.mean((2, 3), keepdim=True)
        return x

    def folded(self):
        """Weights and biases with the normalisation folded in."""
        arrays = {}
        for layer in self.layers:
            if layer[0] != "conv":
                continue
            name = layer[1]
            key = name.replace(".", "_")
            weight = self.parts[key].weight.detach()
            if name == "out":
                bias = self.parts[key].bias.detach()
            else:
                norm = self.parts[f"{key}_norm"]
                scale = norm.weight.detach() / torch.sqrt(norm.running_var + norm.eps)
                weight = weight * scale[:, None, None, None]
                bias = norm.bias.detach() - norm.running_mean * scale
            arrays[f"{name}.weight"] = weight.numpy().astype(np.float16)
            arrays[f"{name}.bias"] = bias.numpy().astype(np.float32)
        return arrays


class Store:
    """What one kind of file holds: pixels, and what each piece shows. Grows while the photos are still being drawn."""

    def __init__(self, data, name, size):
        self.data, self.name, self.size = Path(data), name, size
        self.items = []
        self.grow()

    def grow(self):
        """Look for what has come since."""
        self.items = []
        for index in sorted(self.data.glob(f"{self.name}.*.jsonl")):
            pixels = np.memmap(index.with_suffix(".u8"), np.uint8, "r")
            at = 0
            for line in index.read_bytes().splitlines():
                try:
                    says = json.loads(line)
                except ValueError:
                    break
                size = self.size(says)
                length = int(np.prod(size))
                if at + length > len(pixels):
                    break
                self.items.append((pixels, at, size, says))
                at += length

    def pixels(self, item):
        pixels, at, size, _ = item
        return np.array(pixels[at : at + int(np.prod(size))]).reshape(size)


def light(pixels, random, strength=1.0):
    """Another light, another sensor: gain, colour, gamma, noise."""
    x = pixels.astype(np.float32) / 255.0
    x = x ** np.exp(random.normal(0, 0.18 * strength))
    gain = np.exp(random.normal(0, 0.14 * strength))
    colour = np.exp(random.normal(0, 0.06 * strength, x.shape[-1])) if x.ndim == 3 else 1.0
    x = x * gain * colour + random.normal(0, 0.03 * strength)
    if random.random() < 0.3:
        x = x + random.normal(0, 0.02 * strength, x.shape)
    return np.clip(x, 0, 1).astype(np.float32)


def inside(corners, height, width, soft):
    """How much of each pixel lies in a convex quadrilateral (corners in pixels, either way round)."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32) + 0.5
    turn = np.sign(np.cross(corners[1] - corners[0], corners[2] - corners[1])) or 1.0
    least = np.full((height, width), 1e9, np.float32)
    for a, b in zip(corners, np.roll(corners, -1, 0)):
        edge = b - a
        length = max(np.hypot(*edge), 1e-6)
        least = np.minimum(least, turn * ((x - a[0]) * -edge[1] + (y - a[1]) * edge[0]) / length)
    return np.clip(least / soft + 0.5, 0, 1)


class Finder:
    """Where documents are."""

    batch, rate = 16, 2e-3

    def __init__(self, data, random):
        self.store = Store(data, "views", lambda says: (says["height"], says["width"], 3))
        self.random = random
        self.net = Net(nets.finder())

    def sample(self, item, training):
        """One view, landscape, and its mask at half the size."""
        random = self.random
        x = self.store.pixels(item)
        height, width = x.shape[:2]
        corners = item[3]["corners"]
        corners = None if corners is None else np.array(corners, np.float32) * (width, height)
        if height > width:
            x = np.ascontiguousarray(x.transpose(1, 0, 2))
            corners = None if corners is None else corners[:, ::-1].copy()
            height, width = width, height
        if training:
            x = light(x, random)
            if corners is not None and random.random() < 0.5:
                x = self.elsewhere(x, corners)
            if random.random() < 0.5:
                x = x[:, ::-1]
                corners = None if corners is None else corners * (-1, 1) + (width, 0)
            if random.random() < 0.5:
                x = x[::-1]
                corners = None if corners is None else corners * (1, -1) + (0, height)
            # Nearer, so that a side may lie outside; or farther away, between bands of plain colour.
            scale = math.exp(random.normal(0, 0.22))
            if abs(scale - 1) > 0.04:
                shift = (random.random(2) - 0.5) * (width, height) * abs(1 - 1 / scale)
                centre = np.array([width, height]) / 2 + shift
                grid_y = (np.arange(height) + 0.5 - height / 2) / scale + centre[1] - 0.5
                grid_x = (np.arange(width) + 0.5 - width / 2) / scale + centre[0] - 0.5
                x = resampled(x, grid_x, grid_y)
                corners = None if corners is None else (corners - centre) * scale + (width / 2, height / 2)
        else:
            x = x.astype(np.float32) / 255.0
        mask = np.zeros((height // 2, width // 2), np.float32)
        if corners is not None:
            mask = inside(corners / 2, height // 2, width // 2, 1.0)
        return np.ascontiguousarray(x).transpose(2, 0, 1) - 0.5, mask

    def elsewhere(self, x, corners):
        """The document on other ground: a piece of a picture without one, or plain colours."""
        random = self.random
        height, width = x.shape[:2]
        if random.random() < 0.6 and self.empty:
            ground = self.store.pixels(self.empty[random.integers(len(self.empty))]).astype(np.float32) / 255.0
            if ground.shape[0] > ground.shape[1]:
                ground = ground.transpose(1, 0, 2)
            ground = np.roll(ground, random.integers(0, width), 1)[::-1]
            if ground.shape != x.shape:
                return x
        else:
            ramp = np.linspace(-1, 1, width)[None, :, None] * random.normal(0, 0.1, 3)
            ground = np.clip(random.random(3) ** 0.7 + ramp + np.zeros((height, 1, 1)), 0, 1)
            if random.random() < 0.4:
                # Keys, tiles, boxes: rows of rectangles with lines between them.
                down, across, gap = random.integers(8, 44), random.integers(8, 60), random.integers(1, 4)
                shade = random.normal(0, 0.3, 3)
                ground[random.integers(0, down) :: down][:, :] += shade
                for row, top in enumerate(range(0, height, down)):
                    start = row * random.integers(0, across) % across
                    for left in range(start, width, across):
                        ground[top + gap : top + down, left : left + gap] += shade
                ground = np.clip(ground, 0, 1)
            for _ in range(random.integers(0, 7)):
                top, left = random.integers(0, height), random.integers(0, width)
                ground[top : top + random.integers(4, 120), left : left + random.integers(4, 160)] = random.random(3)
            ground = ground + random.normal(0, 0.015, ground.shape)
        mask = inside(corners, height, width, 1.5)[..., None]
        return (x * mask + ground * (1 - mask)).astype(np.float32)

    def batches(self, items, training):
        self.empty = [item for item in items if item[3]["corners"] is None]
        for at in range(0, len(items) - self.batch + 1, self.batch):
            samples = [self.sample(item, training) for item in items[at : at + self.batch]]
            yield torch.from_numpy(np.stack([x for x, _ in samples])), torch.from_numpy(np.stack([m for _, m in samples]))

    def loss(self, x, mask):
        logits = self.net(x)[:, 0]
        # Outlines decide: what is near one counts for more.
        near = functional.max_pool2d(mask[:, None], 7, 1, 3)[:, 0] + functional.max_pool2d(-mask[:, None], 7, 1, 3)[:, 0]
        weight = 1 + 4 * near
        pointwise = functional.binary_cross_entropy_with_logits(logits, mask, weight)
        p = torch.sigmoid(logits)
        overlap = 1 - (2 * (p * mask).sum((1, 2)) + 1) / (p.sum((1, 2)) + mask.sum((1, 2)) + 1)
        return pointwise + 0.5 * overlap.mean()

    def measure(self, x, mask):
        p = (self.net(x)[:, 0] > 0).float()
        t = (mask > 0.5).float()
        union = torch.maximum(p, t).sum((1, 2))
        return torch.where(union > 0, (p * t).sum((1, 2)) / union.clamp(min=1), torch.ones_like(union)).tolist()


def resampled(x, grid_x, grid_y):
    """Bilinear samples on a grid; outside the picture its border goes on."""
    height, width = x.shape[:2]
    gx, gy = np.clip(grid_x, 0, width - 1), np.clip(grid_y, 0, height - 1)
    x0, y0 = np.minimum(gx.astype(int), width - 2), np.minimum(gy.astype(int), height - 2)
    fx, fy = (gx - x0)[None, :, None], (gy - y0)[:, None, None]
    rows = x[y0] * (1 - fy) + x[y0 + 1] * fy
    return (rows[:, x0] * (1 - fx) + rows[:, x0 + 1] * fx).astype(np.float32)


class Sorter:
    """Which page it is, which way up, and whether it is a copy or on a screen."""

    batch, rate = 48, 2e-3

    def __init__(self, data, random):
        self.store = Store(data, "thumbnails", lambda says: (128, 192, 3))
        self.random = random
        self.net = Net(nets.sorter())

    def batches(self, items, training):
        random = self.random
        for at in range(0, len(items) - self.batch + 1, self.batch):
            xs, pages, made = [], [], []
            for item in items[at : at + self.batch]:
                says = item[3]
                x = self.store.pixels(item)
                copied = MADE.index(says["of"]) if says["of"] in MADE else -1
                # A grey copy is grey whatever the light: no colour is put on it.
                x = light(x, random, 0.8) if training else x.astype(np.float32) / 255.0
                page = 0 if says["page"] is None else 1 + PAGES.index(says["page"])
                if training and random.random() < 0.5:
                    x = x[::-1, ::-1]
                    page += len(PAGES) if page else 0
                if training and random.random() < 0.3:
                    # Something lies over a part.
                    top, left = random.integers(0, 128), random.integers(0, 192)
                    x[top : top + random.integers(8, 48), left : left + random.integers(8, 64)] = random.random(3)
                xs.append(np.ascontiguousarray(x).transpose(2, 0, 1) - 0.5)
                pages.append(page)
                made.append(copied)
            yield torch.from_numpy(np.stack(xs)), (torch.tensor(pages), torch.tensor(made))

    def loss(self, x, truth):
        pages, made = truth
        logits = self.net(x)[:, :, 0, 0]
        classes = 1 + 2 * len(PAGES)
        loss = functional.cross_entropy(logits[:, :classes], pages, label_smoothing=0.02)
        return loss + 0.5 * functional.cross_entropy(logits[:, classes:], made, ignore_index=-1)

    def measure(self, x, truth):
        pages, made = truth
        logits = self.net(x)[:, :, 0, 0]
        classes = 1 + 2 * len(PAGES)
        right = logits[:, :classes].argmax(1) == pages
        copied = (logits[:, classes:].argmax(1) == made) | (made < 0)
        return (right.float() + 1j * copied.float()).tolist()


class Grain:
    """Whether a patch is of an original, a copy or a screen."""

    batch, rate = 64, 2e-3

    def __init__(self, data, random):
        self.store = Store(data, "patches", lambda says: (64, 64, 3))
        self.random = random
        self.net = Net(nets.grain())

    def batches(self, items, training):
        random = self.random
        if training:
            # As many of each.
            kinds = {}
            for item in items:
                kinds.setdefault(self.kind(item), []).append(item)
            each = min(len(items) // 3, 12_000)
            items = [kinds[k][i] for k in kinds for i in random.integers(0, len(kinds[k]), each)]
            random.shuffle(items)
        for at in range(0, len(items) - self.batch + 1, self.batch):
            xs, kinds = [], []
            for item in items[at : at + self.batch]:
                x = self.store.pixels(item)
                x = light(x, random, 0.6) if training else x.astype(np.float32) / 255.0
                if training:
                    x = np.rot90(x, random.integers(0, 4))
                    x = x[:, ::-1] if random.random() < 0.5 else x
                xs.append(np.ascontiguousarray(x).transpose(2, 0, 1) - 0.5)
                kinds.append(self.kind(item))
            yield torch.from_numpy(np.stack(xs)), torch.tensor(kinds)

    @staticmethod
    def kind(item):
        return [0, 1, 1, 2][MADE.index(item[3]["of"])]

    def loss(self, x, kinds):
        return functional.cross_entropy(self.net(x)[:, :, 0, 0], kinds, label_smoothing=0.02)

    def measure(self, x, kinds):
        return (self.net(x)[:, :, 0, 0].argmax(1) == kinds).float().tolist()


class Painter:
    """Draws lines of narrow alphabets without a document around them, roughly as photos show them."""

    LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    DIGITS = "0123456789"

    def __init__(self, random):
        self.random = random
        root = Path(__file__).resolve().parents[2]
        sans = root / "node_modules/@expo-google-fonts/noto-sans-sc"
        self.sans = [str(sans / f"{cut}/NotoSansSC_{cut}.ttf") for cut in ("300Light", "500Medium")]
        self.ocr_b = str(root / "crates/specimen/assets/ocr-b.otf")
        self.fonts = {}
        self.groups = [line.strip() for line in (Path(__file__).parent / "ethnic-groups.txt").read_text().split()]

    def font(self, file, size):
        if (file, size) not in self.fonts:
            self.fonts[file, size] = ImageFont.truetype(file, size)
        return self.fonts[file, size]

    def some(self, characters, least, most):
        count = self.random.integers(least, most + 1)
        return "".join(characters[i] for i in self.random.integers(0, len(characters), count))

    def date(self, joint):
        random = self.random
        return f"{random.integers(1930, 2046)}{joint}{random.integers(1, 13):02}{joint}{random.integers(1, 32):02}"

    def text(self, longest):
        """A text no longer than fits, and whether it is set in OCR-B."""
        random, kind = self.random, self.random.random()
        if longest >= 560 and kind < 0.6:
            # A zone's line: look-alikes side by side.
            length = 30 if longest < 800 else random.choice([30, 36, 44])
            parts = [self.some(self.LETTERS, 1, 9), "<" * random.integers(1, 6), self.some(self.DIGITS, 1, 8),
                     self.some(self.LETTERS + self.DIGITS, 2, 14), self.some("IO10QDB8S5Z2", 0, 6)]
            random.shuffle(parts)
            return ("".join(parts) + "<" * length)[:length], True
        if longest < 130 or kind > 0.88:
            return (random.choice(["男", "女", self.some(self.DIGITS, 1, 4)]), False)
        if longest >= 400 and kind < 0.3:
            return self.some(self.DIGITS, 17, 17) + self.some(self.DIGITS + "X", 1, 1), True
        if kind < 0.62 or longest < 200:
            return self.groups[random.integers(len(self.groups))], False
        if kind < 0.75:
            return (f"{self.date('.')}-{self.date('.')}" if longest >= 400 else self.date(random.choice([".", "-"]))), False
        return self.some(self.LETTERS + self.DIGITS, 5, 9), random.random() < 0.5

    def line(self, longest):
        """Pixels of a strip, and its text."""
        random = self.random
        text, ocr_b = self.text(longest)
        scale = 3
        em = (22.7 if ocr_b else 21.0) * scale * random.uniform(0.92, 1.08)
        font = self.font(self.ocr_b if ocr_b else self.sans[random.integers(2)], int(em))
        pitch = em * random.uniform(0.72, 0.86) if ocr_b else 0
        length = pitch * len(text) if pitch else font.getlength(text)
        left = random.uniform(4, 14) * scale
        width = int(left + length + random.uniform(4, 60) * scale) // (8 * scale) * 8 * scale + 8 * scale
        paper, ink = random.integers(120, 250), random.integers(10, 90)
        picture = Image.new("L", (width, 32 * scale), int(paper))
        draw = ImageDraw.Draw(picture)
        for _ in range(random.integers(0, 14)):
            # Fine lines of the ground.
            y0, y1 = random.uniform(0, 32 * scale, 2)
            draw.line([(0, y0), (width, y1)], fill=int(paper - random.integers(4, 30)), width=int(random.integers(1, 4)))
        middle = 16 * scale + random.uniform(-3, 3) * scale
        at, lean = left, random.uniform(-0.02, 0.02)
        for character in text if pitch else [text]:
            draw.text((at, middle + lean * (at - width / 2)), character, font=font, fill=int(ink), anchor="lm")
            at += pitch
        if random.random() < 0.3:
            # The line above or below looks in.
            edge = random.choice([-1, 1])
            draw.text((left, middle + edge * 27 * scale), self.some(self.LETTERS, 3, 20), font=font, fill=int(ink), anchor="lm")
        soft = random.uniform(0.6, 1.7) * scale * 0.55
        picture = picture.filter(ImageFilter.GaussianBlur(soft)).resize((width // scale, 32), Image.BOX)
        x = np.asarray(picture, np.float32)
        x = x * np.linspace(random.uniform(0.75, 1), random.uniform(0.75, 1), x.shape[1])[None]
        x = x + random.normal(0, random.uniform(0.5, 6), x.shape)
        return np.clip(x, 0, 255).astype(np.uint8), text


class Narrow:
    """What a line of a narrow alphabet says."""

    batch, rate = 32, 2e-3

    def __init__(self, data, random):
        self.store = Store(data, "strips", lambda says: (32, says["width"]))
        self.random = random
        self.net = Net(nets.narrow())
        self.classes = {character: index + 1 for index, character in enumerate(nets.NARROW)}
        unknown = {c for item in self.store.items for c in item[3]["text"]} - set(self.classes)
        self.painter = Painter(random)
        print("characters that are no classes:", "".join(sorted(unknown)))

    def batches(self, items, training):
        random = self.random
        # Lines of about the same length go together.
        order = sorted(range(len(items)), key=lambda i: items[i][3]["width"] + random.random() * 60)
        groups = [order[at : at + self.batch] for at in range(0, len(order) - self.batch + 1, self.batch)]
        random.shuffle(groups)
        for group in groups:
            lines = [(self.store.pixels(items[i]), items[i][3]["text"]) for i in group]
            if training:
                # Half as many again that no document bears: rare groups, digits beside letters.
                longest = max(x.shape[1] for x, _ in lines)
                lines += [self.painter.line(longest) for _ in range(self.batch // 2)]
            width = max(x.shape[1] for x, _ in lines)
            xs = np.zeros((len(lines), 1, 32, width), np.float32)
            texts, steps = [], []
            for row, (x, text) in enumerate(lines):
                x = light(x, random, 0.8) if training else x.astype(np.float32) / 255.0
                if training and random.random() < 0.5:
                    x = np.roll(x, random.integers(-2, 3), 0)
                if training and random.random() < 0.25:
                    x = smoothed(x, random.random() * 1.1 + 0.2)
                xs[row, 0, :, : x.shape[1]] = (x - x.mean()) / (x.std() + 0.02)
                texts.append([self.classes[c] for c in text if c in self.classes])
                steps.append(x.shape[1] // 4)
            yield torch.from_numpy(xs), (texts, steps)

    def loss(self, x, truth):
        texts, steps = truth
        scores = functional.log_softmax(self.net(x)[:, :, 0], 1).permute(2, 0, 1)
        lengths = torch.tensor([len(text) for text in texts])
        targets = torch.tensor([c for text in texts for c in text])
        return functional.ctc_loss(scores, targets, torch.tensor(steps), lengths, zero_infinity=True)

    def measure(self, x, truth):
        texts, steps = truth
        best = self.net(x)[:, :, 0].argmax(1)
        right = []
        for row, text, length in zip(best, texts, steps):
            read = [int(c) for c, before in zip(row[:length], [0, *row[: length - 1].tolist()]) if c and c != before]
            right.append(float(read == text))
        return right


def smoothed(x, sigma):
    """A Gaussian blur."""
    reach = 3
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    kernel /= kernel.sum()
    for axis in (0, 1):
        padded = np.pad(x, [(reach, reach) if a == axis else (0, 0) for a in (0, 1)], mode="edge")
        length = x.shape[axis]
        x = sum(k * np.take(padded, range(i, i + length), axis) for i, k in enumerate(kernel))
    return x.astype(np.float32)


TASKS = {"finder": Finder, "sorter": Sorter, "grain": Grain, "narrow": Narrow}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("net", choices=TASKS)
    parser.add_argument("--data", default="target/training")
    parser.add_argument("--weights", default="models/recipe")
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--minutes", type=float, default=55, help="training ends after so long, its rate falling to that end")
    parser.add_argument("--resume", action="store_true", help="go on from the last state")
    options = parser.parse_args()
    torch.manual_seed(SEED)
    random = np.random.default_rng(SEED)
    task = TASKS[options.net](options.data, random)
    net = task.net
    state = Path(options.data) / f"{options.net}.pt"
    if options.resume and state.exists():
        net.load_state_dict(torch.load(state))
    print(f"{options.net}: {sum(p.numel() for p in net.parameters())} parameters, {len(task.store.items)} samples")
    optimiser = torch.optim.AdamW(net.parameters(), task.rate, weight_decay=1e-3)
    start = time.time()
    for epoch in range(options.epochs):
        task.store.grow()
        items = task.store.items
        # By hash of the place, so that what is held out stays held out when more comes.
        held = [item for item in items if item[1] // 8 * 2654435761 % 2**32 < HELD_OUT * 2**32]
        taken = [item for item in items if item[1] // 8 * 2654435761 % 2**32 >= HELD_OUT * 2**32]
        random.shuffle(taken)
        net.train()
        total, count = 0.0, 0
        batches = max(len(taken) // task.batch, 1)
        for batch, (x, truth) in enumerate(task.batches(taken, True)):
            done = max((epoch + batch / batches) / options.epochs, (time.time() - start) / 60 / options.minutes)
            for group in optimiser.param_groups:
                group["lr"] = task.rate * min(1, 20 * done + 0.05) * max(0.5 * (1 + math.cos(math.pi * min(done, 1))), 0.002)
            loss = task.loss(x, truth)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 5.0)
            optimiser.step()
            total, count = total + loss.item(), count + 1
            if done >= 1:
                break
        net.eval()
        with torch.no_grad():
            figures = [f for x, truth in task.batches(held, False) for f in task.measure(x, truth)]
        figures = np.array(figures) if figures else np.zeros(1)
        said = f"{figures.mean():.4f}" if not np.iscomplexobj(figures) else f"{figures.mean().real:.4f} and {figures.mean().imag:.4f}"
        if options.net == "finder":
            said += f", worst tenth {np.sort(figures)[: max(len(figures) // 10, 1)].mean():.4f}"
        print(f"epoch {epoch}: loss {total / max(count, 1):.4f}, held out {said}, "
              f"{len(taken)} samples, {(time.time() - start) / 60:.1f} min", flush=True)
        torch.save(net.state_dict(), state)
        np.savez(Path(options.weights) / f"{options.net}.npz", **net.folded())
        if done >= 1:
            break


if __name__ == "__main__":
    main()
