"""Small data sets that tests write: pictures that look like nothing, each its own."""

import numpy as np
from PIL import Image


def picture(seed, *, size=96, classes_apart=0):
    """Return smooth noise, uint8; another seed is another picture."""
    draw = np.random.default_rng(seed)
    small = draw.normal(size=(9, 9))
    waves = np.asarray(Image.fromarray(small.astype(np.float32)).resize((size, size)))
    spread = (waves - waves.min()) / np.ptp(waves)
    return (30 + classes_apart + spread * 150).astype(np.uint8)


def save(path, pixels, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path, **options)
    return path


def write_set(folder, *, training=12, testing=6, classes=("healthy", "tumor"), apart=0):
    """Write a set of different pictures in Training and Testing."""
    seed = 0
    for label, name in enumerate(classes):
        for side, count in (("Training", training), ("Testing", testing)):
            for number in range(count):
                pixels = picture(seed, classes_apart=label * apart)
                save(folder / side / name / f"image{number}.png", pixels)
                seed += 1
    return folder
