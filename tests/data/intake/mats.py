"""Files like those of the figshare set, as MATLAB 7.3 writes them."""

import h5py
import numpy as np


def write_mat(path, *, image, label, patient, mask=None, skip=()):
    """Write `cjdata`; MATLAB's arrays lie transposed in the file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    mask = np.zeros(image.shape, np.uint8) if mask is None else mask
    values = {
        "image": image.T.astype(np.int16),
        "label": np.array([[float(label)]]),
        "PID": np.array([[ord(letter)] for letter in patient], np.uint16),
        "tumorMask": mask.T.astype(np.uint8),
        "tumorBorder": np.arange(8.0).reshape(1, -1),
    }
    with h5py.File(path, "w", userblock_size=512) as file:
        group = file.create_group("cjdata")
        for name, value in values.items():
            if name not in skip:
                group.create_dataset(name, data=value)
    with path.open("r+b") as file:
        file.write(b"MATLAB 7.3 MAT-file".ljust(116) + bytes(8) + b"\x00\x02IM")
    return path


def scan(seed, *, height=40, width=50):
    """Values like the set's: 12 bits and more, signed."""
    draw = np.random.default_rng(seed)
    image = draw.integers(0, 3000, (height, width)).astype(np.int16)
    image[:5] = 0
    mask = np.zeros((height, width), np.uint8)
    mask[10:20, 15:40] = 1
    return image, mask
