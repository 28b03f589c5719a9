"""What the linter finds in the settings, and buttons that mend it."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core import store
from core.specs.code.layout import literal
from core.specs.lint import Finding, Severity, lint
from core.specs.run import RunSpec
from core.store import KnownNoise
from pages.parts import callback_list, services, visitor
from pages.parts.form import Form
from pages.parts.words import BadgeColor, escaped, when

FIX = ":material/auto_fix_high:"
"""The icon of a button that mends a finding."""

_BADGES: dict[Severity, tuple[str, str, BadgeColor]] = {
    "error": ("will fail", ":material/error:", "red"),
    "warning": ("will surprise you", ":material/warning:", "orange"),
    "note": ("good to know", ":material/info:", "blue"),
}


def show(form: Form, spec: RunSpec | None, *, schedule_object: str) -> None:
    """Show what will happen with these settings that a person may not expect.

    Args:
        form: Takes the changes that a button makes.
        spec: The run; None if the form has mistakes.
        schedule_object: The class of the schedule in pasted code, "" if there is none.
    """
    if spec is None:
        st.caption("The look ahead comes back when the settings above are right.")
        return
    known = known_noise(spec)
    found = lint(spec, noise=known.noise if known else None, schedule_object=schedule_object)
    if not found:
        st.caption(":material/check_circle: Nothing in these settings is known to surprise.")
    for finding in found:
        _show(form, finding)
    if known:
        show_source(known)


def known_noise(spec: RunSpec) -> KnownNoise | None:
    """Return how much metrics move by chance on these scans with this model, where it is known."""
    return _remembered_noise(
        visitor.owner(), spec.scans.model_dump_json(), spec.training.model, spec
    )


@st.cache_data(max_entries=64, ttl="20s")
def _remembered_noise(owner: str, scans: str, model: str, _spec: RunSpec) -> KnownNoise | None:  # noqa: ARG001 - the key
    return store.known_noise(services.db(), _spec, owner=owner)


def _show(form: Form, finding: Finding) -> None:
    with st.container(border=True, gap="xsmall"):
        show_badge(finding)
        st.markdown(told(finding))
        st.markdown(f":material/build: {finding.remedy}")
        with st.container(horizontal=True, vertical_alignment="center"):
            if finding.fix:
                show_fix(form, finding)
            st.markdown(source_link(finding), width="content")


def show_fix(form: Form, finding: Finding, *, where: str = "") -> None:
    """Show the button that mends a finding.

    Args:
        form: Takes the changes.
        finding: One that settings can mend.
        where: What the button says of where, such as " in the base".
    """
    st.button(
        words_of(finding.fix, form.order) + where,
        key=f"fix-{finding.severity}-{finding.rule}-{finding.key}",
        icon=FIX,
        on_click=_apply,
        args=(form, finding),
    )


def show_badge(finding: Finding) -> None:
    """Show how bad it is."""
    label, icon, color = _BADGES[finding.severity]
    st.badge(label, icon=icon, color=color)


def told(finding: Finding) -> str:
    """Return what will happen, and to which callback; Markdown."""
    of = "" if finding.callback in finding.sentence else f"**{finding.callback}** · "
    return f"{of}{finding.sentence}"


def source_link(finding: Finding) -> str:
    """Return a link to what shows it; Markdown."""
    return f"[{_source_of(finding.evidence)}]({finding.evidence})"


def _apply(form: Form, finding: Finding) -> None:
    said = words_of(finding.fix, form.order)
    form.update(finding.fix)
    for key in finding.fix:
        callback_list.reveal(key.partition(".")[0])
    st.toast(f"Done: {said}.", icon=FIX)


def words_of(fix: Mapping[str, Any], order: list[str]) -> str:
    """Return what a change does, as a button says it: "Set patience to 5".

    Args:
        fix: Flat names and values.
        order: The callbacks before the change.
    """
    if "callbacks" in fix:
        gone = [name for name in order if name not in fix["callbacks"]]
        moved = next((a for a, b in zip(order, fix["callbacks"], strict=False) if a != b), "")
        return f"Take {gone[0]} out" if gone else f"Move {moved} down"
    parts = [f"{key.rpartition('.')[2]} to {literal(value)}" for key, value in fix.items()]
    return f"Set {', '.join(parts)}"


def _source_of(address: str) -> str:
    last = address.rpartition("/")[2]
    if "/issues/" in address:
        project = "TensorFlow" if "tensorflow" in address else "Keras"
        return f"{project} issue {last}"
    return f"Keras 3.15.1, {last}".replace("_", r"\_")


def show_source(known: KnownNoise) -> None:
    """Say which run the noise was seen in."""
    shown = ", ".join(f"`{name}` ±{noise:.2g}" for name, noise in known.noise.items())
    st.caption(
        f":material/query_stats: The noise on the plateau is that of your run "
        f"“{escaped(known.run.name)}”, {when(known.run)}, on the same scans with the same model: "
        f"{shown}."
    )
