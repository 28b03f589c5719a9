"""Who the visitor is: a token in the session and the link, and nothing else."""

import ipaddress
import os
import secrets
import tempfile
from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from core import store
from core.store import Run, Sweep, owner_of, private
from pages.parts import copy_button, services

MOST_RUNS = 1000
"""The most runs that a list offers: a page reads them all in a moment."""

_TOKEN = "owner"  # noqa: S105 - its name, not a token


def keep_token() -> None:
    """Make sure that the visitor has a token, and that it survives a reload of the page."""
    if _TOKEN not in st.session_state:
        st.session_state[_TOKEN] = st.query_params.get(_TOKEN) or _new_token()
    if not is_at_home() and st.query_params.get(_TOKEN) != st.session_state[_TOKEN]:
        st.query_params[_TOKEN] = st.session_state[_TOKEN]


def owner() -> str:
    """Return what the store keeps of the visitor's token."""
    return owner_of(st.session_state[_TOKEN])


def owns(run: Run | Sweep) -> bool:
    """Tell whether the visitor started a run, or a sweep."""
    return secrets.compare_digest(run.owner, owner())


def sees(thing: Run | Sweep) -> bool:
    """Tell whether the visitor may see the scans of a run or a sweep, and what names them."""
    data_dir = services.settings().data_dir
    return private.may_see(thing, owner(), data_dir=data_dir, at_home=is_at_home())


def shown(runs: Sequence[Run]) -> list[Run]:
    """Return runs as the visitor may see them: whatever a page shows of a run comes from here."""
    # A list has a thousand runs on a few sets.
    alike = {(run.spec.scans, run.owner): run for run in runs}
    seen = {key: sees(run) for key, run in alike.items()}
    return [run if seen[run.spec.scans, run.owner] else private.without_scans(run) for run in runs]


def is_operator() -> bool:
    """Tell whether the visitor may stop and delete what others started."""
    wanted = services.settings().plateau_operator_token.get_secret_value().encode()
    return bool(wanted) and secrets.compare_digest(st.session_state[_TOKEN].encode(), wanted)


def may_end(thing: Run | Sweep) -> bool:
    """Tell whether the visitor may stop and delete a run or a sweep."""
    return owns(thing) or is_operator()


def in_whose_name(thing: Run | Sweep) -> str:
    """Return as whom the store is asked to stop or delete it: its owner, if by the operator."""
    return thing.owner if is_operator() else owner()


def own_runs(*, limit: int = MOST_RUNS) -> list[Run]:
    """Return the visitor's newest runs, newest first, however many others have started since."""
    return shown(store.read_runs(services.db(), owner(), limit=limit))


def runs_of_others(*, limit: int) -> list[Run]:
    """Return the newest runs of all others, newest first."""
    return shown(store.read_runs(services.db(), not_of=owner(), limit=limit))


def parameters() -> dict[str, str]:
    """Return the query parameters that a link of the visitor's own needs besides its page's."""
    return {} if is_at_home() else {_TOKEN: st.session_state[_TOKEN]}


def show_key() -> None:
    """Say that the address is the visitor's key, and offer a link without it, where it is one."""
    if is_at_home():
        return
    st.caption(
        ":material/key: The address of this page is your key to all that you start and bring here: "
        "keep it, and do not pass it on."
    )
    copy_button.show_address(
        "Copy link to share",
        without=_TOKEN,
        label="Copy a link to this page, without your key",
        key="link-to-share",
    )


def is_at_home() -> bool:
    """Tell whether the visitor sits at the machine that serves the app."""
    if services.settings().plateau_hosted:
        return False
    # Streamlit says None for some spellings of this machine, and not for all.
    try:
        address = ipaddress.ip_address(st.context.ip_address or "::1")
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_loopback


def _new_token() -> str:
    """Return a new token; at home always the same one, so that runs stay their owner's."""
    if not is_at_home():
        return secrets.token_urlsafe(16)
    file = services.settings().plateau_home / "owner"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        _create_whole(file, secrets.token_urlsafe(16))
    return file.read_text()


def _create_whole(file: Path, text: str) -> None:
    """Create a file for its owner only, unless it is there; nobody ever finds it half written."""
    with tempfile.NamedTemporaryFile("w", dir=file.parent, prefix=f"{file.name}-") as written:
        written.write(text)
        written.flush()
        try:
            os.link(written.name, file)
        except FileExistsError:
            pass  # Another session was faster: all take what it wrote.
        except OSError:
            # A file system without hard links, such as exFAT.
            file.touch(mode=0o600)
            file.write_text(text)
