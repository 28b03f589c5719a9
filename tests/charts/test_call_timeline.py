from itertools import pairwise

import pytest

from core.charts.call_lessons import lessons
from core.charts.call_text import duration_text, effects, sections, signature
from core.charts.call_timeline import legend, timeline_figure
from core.store.traces import recorded_trace

TRACE = recorded_trace()
WORKING = [i for i, call in enumerate(TRACE.calls) if call.does_something]


def drawn(figure):
    """Return the calls that are drawn as bars."""
    return sorted(i for trace in figure.data if trace.type == "bar" for i in trace.customdata)


@pytest.mark.parametrize("by", ["order", "time"])
def test_every_shown_call_is_a_bar_and_no_other(by):
    figure = timeline_figure(TRACE, WORKING, by=by, current=None, dark=False)
    assert drawn(figure) == WORKING


def test_calls_in_order_do_not_overlap():
    figure = timeline_figure(TRACE, range(len(TRACE.calls)), by="order", current=None, dark=True)
    bars = sorted(
        (x - width / 2, x + width / 2)
        for trace in figure.data
        if trace.type == "bar"
        for x, width in zip(trace.x, trace.width, strict=True)
    )
    assert all(end < start for (_, end), (start, _) in pairwise(bars))


def test_the_time_axis_gives_calls_their_duration_in_milliseconds():
    figure = timeline_figure(TRACE, [18], by="time", current=None, dark=False)
    assert figure.data[0].width == pytest.approx((TRACE.calls[18].seconds * 1e3,))


def test_the_call_that_is_looked_at_has_a_frame_only_if_it_is_shown():
    shapes = [
        len(timeline_figure(TRACE, WORKING[:9], by="order", current=c, dark=False).layout.shapes)
        for c in (WORKING[3], WORKING[9])
    ]
    assert shapes[0] == shapes[1] + 1


def test_the_zoom_survives_a_step_and_ends_with_another_filter():
    def revision(shown, current):
        figure = timeline_figure(TRACE, shown, by="order", current=current, dark=False)
        return figure.layout.uirevision

    assert revision(WORKING, 0) == revision(WORKING, 90)
    assert revision(WORKING, 0) != revision(WORKING[:50], 0)


def test_the_figure_says_what_it_rests_on():
    figure = timeline_figure(TRACE, WORKING, by="order", current=None, dark=False)
    notes = [note.text for note in figure.layout.annotations]
    assert f"trained · a real fit on simulated scans · 1 seed · Keras {TRACE.keras}" in notes
    assert {"epoch 1", "2", "3", "4", "evaluate", "predict"} <= set(notes)


def test_the_legend_names_only_what_is_shown():
    (reduction,) = [i for i, call in enumerate(TRACE.calls) if call.rate_after is not None]
    names = [name for name, _, _ in legend(TRACE, [reduction], dark=False)]
    assert names == ["epoch hooks", "learning_rate enters the logs", "learning rate changed"]


def test_parts_of_the_training_follow_each_other():
    parts = list(dict.fromkeys(sections(TRACE)))
    assert parts == ["begin", *(f"epoch {n}" for n in range(1, 5)), "end", "evaluate", "predict"]


def test_a_call_is_said_in_words():
    (index,) = [i for i, call in enumerate(TRACE.calls) if call.rate_after is not None]
    call = TRACE.calls[index]
    assert signature(TRACE, call) == "ReduceLROnPlateau.on_epoch_end(2, logs)"
    assert effects(call) == [
        "puts learning_rate 0.001 into the logs",
        "wait 1 → 0",
        "learning rate 0.001 → 0.0005",
    ]


@pytest.mark.parametrize(
    ("seconds", "text"), [(1.234, "1.23 s"), (0.0034, "3.4 ms"), (1.2e-5, "12 µs"), (0, "0 µs")]
)
def test_durations_have_the_unit_that_suits_them(seconds, text):
    assert duration_text(seconds) == text


def test_lessons_point_at_the_calls_that_show_them():
    found = {lesson.text.split("**")[1]: lesson for lesson in lessons(TRACE)}
    enters = TRACE.calls[found["`learning_rate` enters the logs here."].call]
    assert enters.added == ("learning_rate",)
    assert "`CSVLogger` came before" in found["`learning_rate` enters the logs here."].text
    assert TRACE.calls[found["`EarlyStopping` stops the training here"].call].stopped


def test_without_a_callback_that_puts_it_there_the_rate_is_in_no_logs():
    calls = tuple(call for call in TRACE.calls if TRACE.lanes[call.lane] != "ReduceLROnPlateau")
    texts = [lesson.text for lesson in lessons(TRACE.model_copy(update={"calls": calls}))]
    assert any("is in no logs here" in text for text in texts)
