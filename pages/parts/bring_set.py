"""Bringing a data set: a public one from the network, a zip, or a path on this machine."""

import secrets
from collections.abc import Callable
from functools import partial
from pathlib import Path

import streamlit as st

from core.data.intake import inside, places
from core.data.intake.offers import FIGSHARE_FOLDER, OFFERS, Offer
from core.data.scan_set import ScansError
from core.engine.tasks import GIB, Busy, Limits
from pages.parts import datasets, services, visitor, waiting
from pages.parts.words import escaped

CHOSEN = "datasets_chosen"
"""Where the session keeps the set that the page is to show next."""

_UNPACK = "core.data.intake.pictures:bring"
_CONVERT = "core.data.intake.figshare:convert"
_ARRIVING, _SAID = "datasets_arriving", "datasets_said"
_FETCHED = "datasets_fetched"
# A set that was unpacked from a zip of 20 MB, at sixty times its size at most.
_UNPACK_LIMITS = Limits(seconds=300.0, memory_bytes=GIB)
_MOST_EACH = 3


def show() -> None:
    """Show the ways to bring a set, and where one that is on its way stands."""
    with st.expander("Add a data set", icon=":material/add:", expanded=_is_arriving()):
        public, archive, path = st.tabs(["Public sets", "Upload a zip", "On this machine"])
        with public:
            for offer in OFFERS:
                _show_offer(offer)
        with archive:
            _show_upload()
        with path:
            _show_path()
    _show_arriving()


def _show_offer(offer: Offer) -> None:
    key = f"public-{offer.folder}"
    state = services.tasks().state(key)
    with st.container(border=True):
        st.markdown(f"**{offer.about.title}** · about {offer.megabytes} MB  \n{offer.words}")
        st.caption(f"{offer.about.source}  \nLicence: {offer.about.licence}")
        if (services.settings().data_dir / offer.folder).exists():
            if st.session_state.get(_FETCHED) == key:
                del st.session_state[_FETCHED]
                st.session_state[CHOSEN] = f"folder/{offer.folder}"
                st.rerun()
            st.markdown(":green[:material/check_circle:] It is here: choose it above.")
            return
        if state is not None and not state.done:
            waiting.follow(key)
            return
        if state is not None and state.problem:
            st.error(state.problem, icon=":material/cloud_off:")
        allowed = not services.settings().plateau_hosted or services.settings().plateau_public_sets
        st.button(
            "Try again" if state is not None else "Download",
            icon=":material/download:",
            key=key,
            disabled=not allowed,
            on_click=_fetch,
            args=(key, offer),
        )
        if not allowed:
            st.caption(
                "Downloads are off on this installation; its operator can allow them with "
                "`PLATEAU_PUBLIC_SETS=true`."
            )


def _fetch(key: str, offer: Offer) -> None:
    services.tasks().forget(key)
    st.session_state[_FETCHED] = key
    limits = Limits(seconds=offer.seconds)
    arguments = str(services.settings().data_dir), offer.folder
    _start(key, offer.job, *arguments, limits=limits)


def _show_upload() -> None:
    st.caption(
        "One folder a class, or Training and Testing with one folder a class each; PNG, JPEG, BMP, "
        "GIF or TIFF, at most 20,000 files in a zip of 20 MB. Beside them `patients.csv`, with the "
        "columns `file` and `patient`, lets you split by patient. Only you see it; of a run on it "
        "others see curves, scores and the names of its classes. Do not upload identifiable scans."
    )
    if services.settings().plateau_hosted:
        st.caption(f"At most {_MOST_EACH} sets each; they are deleted after a day.")
    number = st.session_state.setdefault("datasets_upload", 0)
    file = st.file_uploader("Zip of a data set", type=["zip"], key=f"upload-{number}")
    if file is not None and st.button("Add this zip", type="primary", icon=":material/add:"):
        _bring_upload(file.name, file.getvalue())
        # A fresh widget lets go of the bytes.
        st.session_state["datasets_upload"] = number + 1
        st.rerun()


def _bring_upload(name: str, content: bytes) -> None:
    settings = services.settings()
    if settings.plateau_hosted:
        datasets.remove_expired()
        if places.count_of(settings.data_dir, visitor.owner()) >= _MOST_EACH:
            _say(f"You have {_MOST_EACH} sets here, and that is the limit: remove one first.")
            return
    token = secrets.token_hex(8)
    archive = settings.plateau_home / "uploads" / f"{token}.zip"
    archive.parent.mkdir(parents=True, exist_ok=True)
    archive.write_bytes(content)
    title = Path(name).stem[:80]
    _unpack(archive, title, secret=token, limits=_UNPACK_LIMITS, drop=True)


def _show_path() -> None:
    if services.settings().plateau_hosted or not visitor.is_at_home():
        st.info("Only who sits at the machine that serves this page can name a path on it.")
        return
    st.caption(
        "A folder of classes is used where it is; nothing is copied. A zip is unpacked into the "
        "data directory, and so are the figshare set's zips or `.mat` files if you name their "
        "folder."
    )
    text = st.text_input("Path of a folder or a zip", key="datasets_path", placeholder="~/scans")
    if st.button("Use this path", icon=":material/add:", disabled=not text.strip()):
        try:
            _use_path(Path(text.strip()).expanduser())
        except (ScansError, OSError, RuntimeError) as error:
            _say(str(error))
        st.rerun()


def _use_path(path: Path) -> None:
    data_dir = services.settings().data_dir
    if path.is_file():
        _unpack(path, path.stem, secret="", limits=Limits(seconds=1800.0), drop=False)
    elif not path.is_dir():
        _say(f"There is no folder or zip at {path}: check its spelling.")
    elif inside.is_set(path):
        st.session_state[CHOSEN] = f"folder/{places.link(data_dir, path)}"
    else:
        name = places.free_name(data_dir, FIGSHARE_FOLDER)
        key = f"bring-{secrets.token_hex(4)}"
        st.session_state[_ARRIVING] = key
        _start(key, _CONVERT, str(path), str(data_dir), name, limits=Limits(seconds=3600.0))


def _unpack(archive: Path, title: str, *, secret: str, limits: Limits, drop: bool) -> None:
    data_dir = services.settings().data_dir
    name = places.free_name(data_dir, title, secret=secret)
    about = {"title": title, "source": "Brought as a zip.", "owner": visitor.owner()}
    key = f"bring-{secrets.token_hex(4)}"
    st.session_state[_ARRIVING] = key
    forget = partial(archive.unlink, missing_ok=True) if drop else (lambda: None)
    arguments = str(archive), str(data_dir), name, about
    _start(key, _UNPACK, *arguments, limits=limits, afterwards=forget)


def _start(
    key: str,
    job: str,
    *arguments: object,
    limits: Limits,
    afterwards: Callable[[], None] = lambda: None,
) -> None:
    try:
        services.tasks().start(key, job, *arguments, limits=limits, afterwards=afterwards)
    except Busy as error:
        for waited_for in (_ARRIVING, _FETCHED):
            if st.session_state.get(waited_for) == key:
                del st.session_state[waited_for]
        afterwards()
        _say(str(error))


def _say(sentence: str) -> None:
    st.session_state[_SAID] = sentence


def _is_arriving() -> bool:
    return _ARRIVING in st.session_state or _SAID in st.session_state


def _show_arriving() -> None:
    if _SAID in st.session_state:
        st.error(escaped(st.session_state.pop(_SAID)), icon=":material/block:")
    key = st.session_state.get(_ARRIVING, "")
    state = services.tasks().state(key)
    if state is None:
        return
    if not state.done:
        waiting.follow(key)
        return
    del st.session_state[_ARRIVING]
    services.tasks().forget(key)
    if state.problem:
        st.error(escaped(state.problem), icon=":material/block:")
    else:
        st.session_state[CHOSEN] = f"folder/{state.result}"
        st.rerun()
