"""Where a data set comes from, how large it is, and how its owner removes it."""

import streamlit as st

from core.charts.datasets import CONFIG, class_counts_figure
from core.data.about import About
from core.data.audit.report import Audit
from core.data.intake import places
from core.specs.data import FolderScans
from pages.parts import chart, services, visitor
from pages.parts.datasets import Choice
from pages.parts.words import escaped


def show_source(choice: Choice) -> None:
    """Show where a set comes from, and let its owner remove it."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(_source(choice), width="stretch")
        if _may_remove(choice) and st.button("Remove this set", icon=":material/delete:"):
            _confirm_removal(choice)


def _source(choice: Choice) -> str:
    """Return source and licence, as the set says them or as it looks like, in Markdown."""
    about = choice.about
    if about.source or about.licence:
        return _line(about, "not said; ask who made it before you pass it on.")
    if choice.looks_like is not None:
        guess = choice.looks_like
        return f"Its folders are named like those of {guess.title}; if it is: {_line(guess, '')}"
    return (
        "Source and licence: not said. A file `about.json` in the folder can say them, as "
        "`title`, `source` and `licence`."
    )


def _line(about: About, otherwise: str) -> str:
    source, licence = about.source or "not said.", about.licence or otherwise
    return f"Source: {escaped(source)}  \nLicence: {escaped(licence)}"


def show_figures(audit: Audit, *, sides: tuple[str, str]) -> None:
    """Show how large a set and its scans are.

    Args:
        audit: Of the set.
        sides: What the scans for training and those for testing are called.
    """
    whole = [fact for fact in audit.facts if not fact.problem]
    figures = {
        "Scans": f"{len(whole):,}",
        "Classes": f"{len(audit.classes)}",
        f"For {sides[1]}": f"{sum(fact.testing for fact in whole):,}",
        "Pixels a side": _sizes({(fact.width, fact.height) for fact in whole}),
        "Modes": ", ".join(sorted({fact.mode for fact in whole})) or "none",
    }
    with st.container(horizontal=True, gap="medium"):
        for name, figure in figures.items():
            st.metric(name, figure, width="content")


def show_counts(choice: Choice, audit: Audit, *, rests_on: str, sides: tuple[str, str]) -> None:
    """Show the scans of each class as a chart.

    Args:
        choice: The set.
        audit: Of the set.
        rests_on: What the chart shows, one line.
        sides: What the scans for training and those for testing are called.
    """
    training, testing = (_counts(audit, testing=testing) for testing in (False, True))
    figure = class_counts_figure(
        audit.classes,
        training,
        testing,
        names=sides,
        rests_on=f"{rests_on} · unreadable files left out",
        dark=st.context.theme.type == "dark",
    )
    chart.show(figure, key=f"counts-{choice.key}", config=CONFIG)


def _counts(audit: Audit, *, testing: bool) -> list[int]:
    side = audit.readable & (audit.testing == testing)
    return [int((side & (audit.labels == label)).sum()) for label in range(len(audit.classes))]


def _sizes(sizes: set[tuple[int, int]]) -> str:
    edges = [edge for size in sizes for edge in size]
    if not edges:
        return "none"
    low, high = min(edges), max(edges)
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def _may_remove(choice: Choice) -> bool:
    """Tell whether a set was brought here, and by whom, so that it is theirs to remove."""
    if not isinstance(choice.spec, FolderScans):
        return False
    if choice.about.owner:
        return choice.about.owner == visitor.owner()
    link = (services.settings().data_dir / choice.spec.folder).is_symlink()
    return visitor.is_at_home() and (link or choice.about.created_s > 0)


@st.dialog("Remove this data set?")
def _confirm_removal(choice: Choice) -> None:
    st.write(
        f"“{escaped(choice.title)}” goes from the data directory; runs that trained on it stay. "
        "A folder that was only linked keeps its scans."
    )
    if st.button("Remove", type="primary", icon=":material/delete:"):
        settings = services.settings()
        name = choice.key.partition("/")[2]
        places.remove(settings.data_dir, name, cache_dir=settings.cache_dir)
        st.rerun()
