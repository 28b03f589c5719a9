"""The figures of an advice: what is drawn where, and what the pointer is told."""

import numpy as np
import pytest

from core.charts.advice import evidence_line, plateau_figure
from core.charts.advice_maps import reduction_figure, regret_figure
from core.charts.palette import palette
from core.curves.seeds import SeedCurves
from core.plateaus.advice import advise
from core.plateaus.arrays import Curves
from core.plateaus.reductions import map_reductions
from core.plateaus.regret import map_regret

EPOCHS = 60


def seeds_of(count):
    draw = np.random.default_rng(0)
    values = np.exp(-np.arange(EPOCHS) / 6) + 0.01 * draw.standard_normal((count, EPOCHS))
    return SeedCurves(Curves.of(values), np.arange(1, EPOCHS + 1), None, 0)


def evidence_of(seeds):
    return advise(seeds.curves, monitor="val_loss", mode="min").evidence


def plateau(count=1, **changed):
    seeds = seeds_of(count)
    arguments = {"rests_on": "replayed", "dark": False} | changed
    return plateau_figure(seeds, "val_loss", evidence_of(seeds), **arguments)


def named(figure, name):
    return [trace for trace in figure.data if trace.name == name]


def notes(figure):
    return " ".join(annotation.text for annotation in figure.layout.annotations)


def test_the_plateau_is_shaded_from_its_first_epoch_to_the_end():
    seeds = seeds_of(1)
    (found,) = evidence_of(seeds).plateaus
    (shade,) = plateau().layout.shapes
    assert (shade.x0, shade.x1) == (found.start + 1 - 0.5, EPOCHS + 0.5)


def test_the_band_is_the_noise_on_both_sides_of_the_level():
    (found,) = evidence_of(seeds_of(1)).plateaus
    (band,) = named(plateau(), "± its noise")
    low, high = found.level - found.noise, found.level + found.noise
    assert sorted(set(band.y)) == pytest.approx([low, high])


def test_the_advised_reduction_is_marked_on_each_curve():
    evidence = evidence_of(seeds_of(3))
    fired = [epoch + 1 for epoch in evidence.reduction.first_reduced if epoch is not None]
    (marks,) = named(plateau(3), "advised reduction")
    assert list(marks.x) == fired


def test_each_name_stands_once_in_the_legend():
    shown = [trace.name for trace in plateau(3).data if trace.showlegend]
    assert sorted(shown) == ["a line a seed", "advised reduction", "plateau", "± its noise"]


def test_zoomed_in_the_axis_holds_the_noise_and_little_more():
    (found,) = evidence_of(seeds_of(1)).plateaus
    low, high = plateau(closely=True).layout.yaxis.range
    assert low < found.level < high
    assert high - low < 12 * found.noise
    assert plateau().layout.yaxis.range is None


def test_without_a_plateau_nothing_is_shaded():
    seeds = SeedCurves(Curves.of(np.arange(30.0)), np.arange(1, 31), None, 0)
    evidence = advise(seeds.curves, monitor="acc", mode="max").evidence
    figure = plateau_figure(seeds, "acc", evidence, rests_on="", dark=True, closely=True)
    assert not figure.layout.shapes
    assert [trace.name for trace in figure.data] == ["recorded"]


def test_nan_is_a_gap():
    seeds = SeedCurves(Curves.of([0.5, np.nan, 0.4]), np.arange(1, 4), None, 0)
    figure = plateau_figure(seeds, "loss", evidence_of(seeds), rests_on="", dark=False)
    assert list(figure.data[0].y) == [0.5, None, 0.4]


def test_the_figures_say_what_they_rest_on_and_escape_it():
    figure = plateau(rests_on="replayed · <b>scans</b> · 1 seed")
    assert "replayed · &lt;b&gt;scans&lt;/b&gt; · 1 seed" in notes(figure)


@pytest.mark.parametrize(
    ("source", "count", "about", "line"),
    [
        ("run", 1, "", "replayed · a trained run · 1 seed"),
        ("run", 3, "simulated scans (demo)", "replayed · simulated scans (demo) · 3 seeds"),
        ("console", 1, "", "replayed · pasted console output · 1 seed"),
    ],
)
def test_the_level_of_evidence_is_named(source, count, about, line):
    assert evidence_line(source, count, about) == line


PATIENCES, MIN_DELTAS, COOLDOWNS = [1, 2, 30], [0.0, 0.02], [0, 2, 5]


def regret(count=1, shown="epochs saved", advised=(2, 0.02)):
    seeds = seeds_of(count)
    found = map_regret(seeds.curves, patience=PATIENCES, min_delta=MIN_DELTAS, mode="min")
    numbers = seeds.numbers.tolist()
    figure = regret_figure(
        found, shown, numbers=numbers, advised=advised, rests_on="replayed", dark=False
    )
    return found, figure


@pytest.mark.parametrize("shown", ["epochs saved", "best value missed"])
def test_the_regret_map_shows_what_was_chosen(shown):
    found, figure = regret(shown=shown)
    values = found.epochs_saved if shown == "epochs saved" else found.missed
    np.testing.assert_allclose(figure.data[0].z, values[..., 0], rtol=1e-3)
    assert shown in notes(figure)


def test_a_cell_tells_both_numbers_and_the_epoch_kept():
    found, figure = regret()
    told = figure.data[0].customdata[1][0]
    assert told.startswith("<b>patience 2 · min_delta 0</b>")
    assert f"epochs saved: {found.epochs_saved[1, 0, 0]} of 60" in told
    assert f"best value missed: {found.missed[1, 0, 0]:.4g}" in told
    assert f"keeps epoch {found.kept_epoch[1, 0, 0] + 1}" in told


def test_several_seeds_are_told_by_their_median_and_range():
    found, figure = regret(count=3)
    saved = sorted(found.epochs_saved[0, 0])
    assert figure.data[0].z[0][0] == saved[1]
    told = f"epochs saved: {saved[1]} ({saved[0]} to {saved[2]}) of 60"
    assert told in figure.data[0].customdata[0][0]
    assert "median of 3" in notes(figure)


def test_the_advice_is_a_star_on_its_cell():
    _, figure = regret(advised=(2, 0.02))
    assert (figure.data[1].x, figure.data[1].y) == ((1,), (1,))
    assert len(regret(advised=None)[1].data) == 1


def test_a_missed_value_that_is_no_number_is_left_empty():
    curves = Curves.of([np.nan, 0.5, 0.4])
    found = map_regret(curves, patience=[1], min_delta=[0.0], mode="min")
    figure = regret_figure(
        found, "best value missed", numbers=[1, 2, 3], advised=None, rests_on="", dark=False
    )
    assert figure.data[0].z[0][0] is None
    assert "best value missed: not a number" in figure.data[0].customdata[0][0]


@pytest.mark.parametrize("shown", ["first reduction", "number of reductions"])
def test_the_reduction_map_shows_when_or_how_often(shown):
    seeds = seeds_of(1)
    found = map_reductions(
        seeds.curves, patience=PATIENCES, cooldown=COOLDOWNS, min_delta=0.02, mode="min"
    )
    figure = reduction_figure(
        found, shown, numbers=seeds.numbers.tolist(), rests_on="replayed", dark=True
    )
    cells, told = figure.data[0].z, figure.data[0].customdata
    first = found.first_reduced_epoch[0, 0, 0] + 1
    assert cells[0][0] == (first if shown == "first reduction" else found.reductions[0, 0, 0])
    assert f"first reduction: end of epoch {first}" in told[0][0]
    assert f"in all, if the curve took no notice: {found.reductions[0, 0, 0]}" in told[0][0]


def test_where_it_never_acts_the_cell_is_empty_and_says_so():
    found = map_reductions(Curves.of([0.5, 0.4]), patience=[9], cooldown=[0], mode="min")
    figure = reduction_figure(found, "first reduction", numbers=[1, 2], rests_on="", dark=False)
    assert figure.data[0].z[0][0] is None
    assert "first reduction: never" in figure.data[0].customdata[0][0]


@pytest.mark.parametrize("dark", [False, True])
def test_the_paper_is_that_of_the_page(dark):
    assert plateau(dark=dark).layout.paper_bgcolor == palette(dark).paper
