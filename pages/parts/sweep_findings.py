"""What the linter finds in the settings of a sweep, each thing once."""

from collections.abc import Mapping

import streamlit as st

from core.charts.sweep.labels import SettingNames
from core.specs.lint import SharedFinding, gathered, lint
from core.specs.sweep import SweepSpec
from pages.parts import findings
from pages.parts.words import escaped

_LONGEST = 60


def show(spec: SweepSpec | None) -> None:
    """Show what will happen in these settings that a person may not expect, and in how many.

    Args:
        spec: The sweep; None while something is wrong with it.
    """
    if spec is None:
        return
    known = findings.known_noise(spec.base)
    found = _found(spec.model_dump_json(), spec, known.noise if known else {})
    if not found:
        return
    st.subheader("What to expect")
    names = SettingNames(spec)
    for one in found:
        _show(one, names)
    if known:
        findings.show_source(known)


# Hundreds of settings take a while, and the form is drawn anew at every change.
@st.cache_data(max_entries=16, show_spinner=False)
def _found(
    spec: str,  # noqa: ARG001 - the key, with the noise
    _spec: SweepSpec,
    noise: Mapping[str, float],
) -> list[SharedFinding]:
    return gathered([lint(setting, noise=noise) for setting in _spec.settings()])


def _show(one: SharedFinding, names: SettingNames) -> None:
    finding = one.first
    with st.container(border=True, gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            findings.show_badge(finding)
            st.markdown(f"**{escaped(_where(one, names))}**", width="content")
        first = escaped(names.each[one.settings[0]])
        such_as = "" if one.says_the_same else f"With {first}, for one: "
        st.markdown(such_as + findings.told(finding))
        st.markdown(f":material/build: {finding.remedy} {findings.source_link(finding)}")


def _where(one: SharedFinding, names: SettingNames) -> str:
    """Return "in 4 of 12 settings: patience 4, 6"."""
    count, every = len(one.settings), len(names.each)
    if count == every:
        return f"in all {every} settings" if every > 1 else "in the only setting"
    where = f"in {count} of {every} settings"
    together = names.together(one.settings)
    if together == f"{count} settings" or len(together) > _LONGEST:
        return where
    return f"{where}: {together}"
