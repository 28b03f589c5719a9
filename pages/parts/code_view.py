"""A run as code to take home."""

import io
import re
from collections.abc import Callable
from functools import partial

import streamlit as st

from core import data
from core.data.npz import write_npz
from core.data.scan_set import ScanSet
from core.specs import code
from core.specs.data import SimulatedScans
from core.specs.run import RunSpec
from pages.parts import copy_button, datasets, services

_HEIGHT_PX = 420


def show(spec: RunSpec, *, key: str) -> None:
    """Show a run as a script and as a notebook cell, with buttons to take them home.

    Args:
        spec: The run.
        key: Tells several of them apart.
    """
    stem = re.sub(r"\W+", "_", spec.name).strip("_").lower() or "run"
    script, cell = st.tabs(["Script", "Notebook cell"])
    with script:
        st.caption("Complete: it trains as the run does, and needs Keras and NumPy only.")
        _show(code.script(spec), f"{stem}.py", key=f"{key}-script")
        _show_scans(spec, key=key)
    with cell:
        st.caption("For a notebook that has a compiled `model` and the arrays already.")
        _show(code.cell(spec), f"{stem}_cell.py", key=f"{key}-cell")


def _show(source: str, name: str, *, key: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        _download(f"Download {name}", source, name, key=key)
        copy_button.show(source, label=f"Copy {name}", key=f"copy-{key}")
    st.code(source, language="python", height=_HEIGHT_PX)


def _show_scans(spec: RunSpec, *, key: str) -> None:
    """Show where the script's scans come from; on a hosted app, only simulated ones are given."""
    settings = services.settings()
    given = isinstance(spec.scans, SimulatedScans) or not (
        settings.plateau_hosted or datasets.refusal(spec.scans)
    )
    scans = given and data.read_cached(
        spec.scans, data_dir=settings.data_dir, cache_dir=settings.cache_dir
    )
    if scans:
        label = f"Download {code.SCANS_FILE}, the scans it reads"
        _download(label, partial(_npz, scans), code.SCANS_FILE, key=f"{key}-scans")
    else:
        st.caption(
            f"It reads its scans from `{code.SCANS_FILE}`; its first lines say what that file "
            "holds. "
            + (
                "Once a run has drawn these scans, they can be downloaded here."
                if given
                else "The scans of this server are not given away: make the file from your own."
            )
        )


def _download(label: str, content: str | Callable[[], bytes], name: str, *, key: str) -> None:
    st.download_button(
        label,
        content,
        name,
        key=f"download-{key}",
        icon=":material/download:",
        on_click="ignore",
    )


def _npz(scans: ScanSet) -> bytes:
    file = io.BytesIO()
    write_npz(scans, file)
    return file.getvalue()
