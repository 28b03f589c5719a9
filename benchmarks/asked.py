"""A model asked through the engine, as the page asks: `python -m benchmarks.asked DIRECTORY`.

Trains a model for an epoch in the home that the environment names, and leaves in the directory
`model.keras`, `scan.png`, `scans.npy` and `files/` for `plain_predict`; writes to `asked.json` the
run's id, the seconds from one PNG's bytes to its probabilities and heat map, and those from
all scans' arrays, and from all files, to their probabilities, as the page asks: only the scan
chosen of many gets a heat map. The browser has no part in it, and Streamlit neither.
"""

import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks import scan_files
from benchmarks.asked_rounds import rounds
from benchmarks.homes import load_scans
from benchmarks.waiting import until
from core import store
from core.engine import jobs
from core.engine.engine import Engine
from core.scans import uploads
from core.scans.uploads import Scan, UnreadableScan
from core.settings import Settings
from core.specs import presets
from core.specs.run import FINAL_MODEL, RunSpec
from core.store import Store

SCANS, ROUNDS, REST_S = 500, 15, 1.0
SIDE_PX = 512
"""Of a scan as people have it."""

_LIMIT_S = 300.0


def spec() -> RunSpec:
    """Return a run of one epoch with the network and the scans of the quick demo."""
    demo = presets.quick_demo()
    training = demo.training.model_copy(update={"epochs": 1})
    return demo.model_copy(update={"training": training, "callbacks": (), "name": "asked"})


def measure(directory: Path) -> dict[str, Any]:
    """Return the run's id, and the seconds of one scan and of all, a value for each round."""
    settings = Settings()
    scans = load_scans(spec().scans, settings)
    images = np.asarray(scans.images[:SCANS])
    db = Store(settings.store_url)
    engine = Engine(settings, db)
    try:
        run_id = _trained(db, engine)
        shutil.copy(settings.run_dir(run_id) / FINAL_MODEL, directory / "model.keras")
        np.save(directory / "scans.npy", images)
        as_people_have_them(images[0]).save(directory / "scan.png")
        content = (directory / "scan.png").read_bytes()
        size = images.shape[:0:-1]
        files = [scan_files.picture(as_people_have_them(image)) for image in images]
        (directory / "files").mkdir()
        for number, file in enumerate(files):
            (directory / "files" / f"{number:03}.png").write_bytes(file)

        def one() -> Any:
            uploads.prepare()
            scan = _fitted(uploads.decode(content), size)
            return _answer(engine, run_id, scan[np.newaxis], maps=True)

        return {
            "run": run_id,
            "one": rounds(one, ROUNDS, rest_s=REST_S),
            "all": rounds(lambda: _answer(engine, run_id, images, maps=False), 5),
            "files": rounds(lambda: _read_and_ask(engine, run_id, files, size), 2),
        }
    finally:
        engine.close()
        db.close()


def _trained(db: Store, engine: Engine) -> str:
    run_id = store.create_run(db, spec(), owner=store.owner_of("benchmark"))
    engine.submit(run_id)
    until(
        lambda: not store.read_run(db, run_id).is_active,
        within_s=_LIMIT_S,
        every_s=0.2,
        what="the end of a training",
    )
    return run_id


def as_people_have_them(scan: NDArray[np.uint8]) -> Image.Image:
    """Return a scan as a picture of the usual size."""
    return Image.fromarray(scan).resize((SIDE_PX, SIDE_PX), Image.Resampling.BICUBIC)


def _fitted(scan: Scan | UnreadableScan, size: tuple[int, int]) -> NDArray[np.uint8]:
    if isinstance(scan, UnreadableScan):
        raise scan
    decoded = Image.fromarray(scan.pixels)
    return np.asarray(decoded.resize(size, Image.Resampling.BILINEAR))


def _read_and_ask(
    engine: Engine, run_id: str, files: Sequence[bytes], size: tuple[int, int]
) -> Any:
    images = np.stack([_fitted(scan, size) for scan in uploads.decode_all(files)])
    return _answer(engine, run_id, images, maps=False)


def _answer(engine: Engine, run_id: str, images: NDArray[np.uint8], *, maps: bool) -> Any:
    answer = engine.ask(jobs.CLASSIFY, [(run_id, "final")], [images], maps, timeout_s=_LIMIT_S)
    answer.wait(_LIMIT_S)
    if answer.error:
        raise RuntimeError(answer.error)
    return answer.result


if __name__ == "__main__":
    given = Path(sys.argv[1])
    (given / "asked.json").write_text(json.dumps(measure(given)))
