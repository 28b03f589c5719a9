"""What the linter finds in the settings of a sweep, each thing once."""

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from core.charts.sweep.labels import SettingNames
from core.specs.lint import Finding, SharedFinding, gathered, lint
from core.specs.sweep import SweepSpec
from core.specs.sweep_mends import Kept, base_mend, values_kept
from core.specs.sweep_text import write_values
from pages.parts import findings
from pages.parts.form import Form
from pages.parts.sweep_draft import Axes
from pages.parts.words import escaped

_LONGEST = 60


@dataclass(frozen=True)
class _Found:
    """What the linter finds, and what mends it.

    Attributes:
        shared: What it finds, in which settings.
        mend: The finding whose fix mends it in the base, or None.
        kept: The values of a parameter that stay if the base cannot mend it, or None.
    """

    shared: SharedFinding
    mend: Finding | None
    kept: Kept | None


def show(form: Form, axes: Axes, spec: SweepSpec | None) -> None:
    """Show what will happen in these settings that a person may not expect, and in how many.

    Args:
        form: Of the base; it takes what a button changes there.
        axes: What differs; it loses the values that a button leaves out.
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
        _show(form, axes, one, names)
    if known:
        findings.show_source(known)


# Hundreds of settings take a while, and the form is drawn anew at every change.
@st.cache_data(max_entries=16, show_spinner=False)
def _found(
    spec: str,  # noqa: ARG001 - the key, with the noise
    _spec: SweepSpec,
    noise: Mapping[str, float],
) -> list[_Found]:
    found = gathered([lint(setting, noise=noise) for setting in _spec.settings()])
    return [_Found(one, base_mend(_spec, one, noise), values_kept(_spec, one)) for one in found]


def _show(form: Form, axes: Axes, found: _Found, names: SettingNames) -> None:
    one, finding = found.shared, found.shared.first
    with st.container(border=True, gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            findings.show_badge(finding)
            st.markdown(f"**{escaped(_where(one, names))}**", width="content")
        first = escaped(names.each[one.settings[0]])
        such_as = "" if one.says_the_same else f"With {first}, for one: "
        st.markdown(such_as + findings.told(finding))
        st.markdown(f":material/build: {finding.remedy}")
        with st.container(horizontal=True, vertical_alignment="center"):
            if found.mend:
                findings.show_fix(form, found.mend, where=" in the base")
            elif found.kept:
                _show_without(
                    axes,
                    found.kept,
                    key=f"leave-out-{finding.severity}-{finding.rule}-{finding.key}",
                )
            st.markdown(findings.source_link(finding), width="content")


def _show_without(axes: Axes, kept: Kept, *, key: str) -> None:
    parameter = kept.name.rpartition(".")[2]
    label = f"Leave {parameter} {escaped(write_values(kept.gone))} out"
    if st.button(label, key=key, icon=findings.FIX):
        axes.varied[kept.name] = write_values(kept.values)
        axes.generation += 1
        st.rerun()


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
