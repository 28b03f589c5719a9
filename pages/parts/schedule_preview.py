"""The learning rates that LearningRateScheduler will set, as a chart."""

import streamlit as st

from core.charts.schedule import CONFIG, schedule_figure
from core.specs import links
from core.specs.callbacks import LearningRateScheduler
from core.specs.problems import InvalidSettings, check_run
from core.specs.schedules import rates
from pages.parts import chart
from pages.parts.form import Form

_SECTIONS = ("training.", "LearningRateScheduler.")


def show(form: Form) -> None:
    """Show the rate of every epoch of the run, if the settings it needs are right."""
    # Nothing else decides it: a mistake elsewhere in the form does not hide it.
    own = {key: value for key, value in form.values.items() if key.startswith(_SECTIONS)}
    try:
        spec = check_run(links.nest({"callbacks": [LearningRateScheduler.__name__], **own}))
    except InvalidSettings:
        st.caption("The curve of its rates appears here when its settings are right.")
        return
    (plan,) = (c for c in spec.callbacks if isinstance(c, LearningRateScheduler))
    planned = rates(plan, spec.training.learning_rate, spec.training.epochs)
    dark = st.context.theme.type == "dark"
    chart.show(schedule_figure(planned, dark=dark), key="schedule", config=CONFIG)
