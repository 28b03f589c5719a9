"""What an audit found, sentence by sentence."""

import streamlit as st

from core.charts.datasets import CONFIG, style_figure
from core.data.audit.findings import Finding, findings
from core.data.audit.report import Audit
from pages.parts import chart, contact_sheet
from pages.parts.words import escaped

_SIGNS = {
    "bad": ":red[:material/error:]",
    "note": ":orange[:material/info:]",
    "good": ":green[:material/check_circle:]",
}
_MOST_SHOWN = 12


def show(audit: Audit, *, key: str, rests_on: str) -> None:
    """Show what was found, the worst first, and the style check as a chart.

    Args:
        audit: Of the set.
        key: Tells sets apart.
        rests_on: What the chart shows, one line.
    """
    for finding in findings(audit):
        _show(audit, finding)
    style = audit.style
    if style.scores:
        st.subheader("What style alone gives away")
        st.caption(
            "Right answers of a logistic regression, balanced over the classes, on scans it has "
            "not seen (five folds, twins kept together). It sees the outermost pixels, the size "
            "of the file's picture, or how often each gray occurs, and nothing else. A large tumor "
            "changes the grays too, so a little more than chance is honest: the simulated scans "
            "without a shortcut reach about 45%."
        )
        dark = st.context.theme.type == "dark"
        figure = style_figure(style.scores, chance=style.chance, rests_on=rests_on, dark=dark)
        chart.show(figure, key=f"style-{key}", config=CONFIG)


def _show(audit: Audit, finding: Finding) -> None:
    st.markdown(f"{_SIGNS[finding.weight]} **{finding.topic}.** {escaped(finding.sentence)}")
    if finding.files:
        shown = finding.files[:_MOST_SHOWN]
        with st.expander(f"Which: {len(finding.files):,}"):
            if any(audit.facts[i].problem for i in shown):
                rows = [
                    {"file": audit.facts[i].name, "why": audit.facts[i].problem}
                    for i in finding.files
                ]
                st.dataframe(rows, hide_index=True, width="stretch")
            else:
                contact_sheet.show_scans(audit, shown)
                if len(finding.files) > len(shown):
                    st.caption(f"The first {len(shown)} of {len(finding.files):,}.")
