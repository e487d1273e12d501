"""MobileFaceNet as its authors' file is run by TensorFlow Lite: `reference.py MODEL CHIPS OUT`.

CHIPS holds chips of 112 × 112 pixels, red, green, blue, one after the other; OUT gets 192 numbers (f32) for each.
"""

import sys
from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter

SIDE = 112


def main():
    model, chips, out = map(Path, sys.argv[1:])
    interpreter = Interpreter(model_path=str(model), num_threads=1)
    [given], [made] = interpreter.get_input_details(), interpreter.get_output_details()
    batch = int(given["shape"][0])
    interpreter.allocate_tensors()
    pictures = np.frombuffer(chips.read_bytes(), np.uint8).reshape(-1, SIDE, SIDE, 3)
    descriptors = []
    for picture in pictures:
        picture = (picture.astype(np.float32) - 127.5) / 128
        interpreter.set_tensor(given["index"], np.stack([picture] * batch))
        interpreter.invoke()
        descriptors.append(interpreter.get_tensor(made["index"])[0])
    np.stack(descriptors).astype(np.float32).tofile(out)


if __name__ == "__main__":
    main()
