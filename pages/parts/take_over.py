"""A callback to take home as code, or to train with."""

import streamlit as st

from core.specs import code, links
from core.specs.callbacks import AnyCallback
from core.specs.problems import InvalidSettings, check_run
from core.specs.run import RunSpec
from pages.parts import copy_button, visitor
from pages.parts.fork_form import CONFIGURE


def show(callback: AnyCallback, base: RunSpec | None, *, key: str) -> None:
    """Show a callback as a call to copy, and a link to the form with it.

    Args:
        callback: Its settings; the name of its metric may be one that no run here logs.
        base: The run that it is put into, in the place of its own of that kind; None shows no link.
        key: Tells several of them on one page apart.
    """
    source = code.callback_code(callback)
    st.code(source, language="python")
    with st.container(horizontal=True, vertical_alignment="center"):
        copy_button.show(source, label=f"Copy {callback.kind}", key=f"copy-{key}")
        if base and (query := _query(base.with_callback(callback))):
            st.page_link(
                CONFIGURE,
                label="Open in Configure",
                icon=":material/tune:",
                query_params=query | visitor.parameters(),
            )


def _query(spec: RunSpec) -> dict[str, str] | None:
    """Return the parameters of a link to the form; None for a metric of a name it cannot hold."""
    try:
        check_run(links.nest(links.flatten(spec)))
    except InvalidSettings:
        return None
    return links.to_query(spec)
