"""A comparison survives its link."""

from hypothesis import given
from hypothesis import strategies as st

from core.charts.compare.link import Comparison
from core.charts.compare.smoothing import WINDOWS

comparisons = st.builds(
    Comparison,
    runs=st.lists(st.from_regex(r"[0-9a-f]{16}", fullmatch=True), unique=True).map(tuple),
    metric=st.sampled_from(["", "loss", "val_accuracy", "auc_2"]),
    align=st.sampled_from(["epoch", "reduction"]),
    view=st.sampled_from(["chart", "runs", "metrics"]),
    window=st.sampled_from(WINDOWS),
    by_seed=st.booleans(),
)


@given(comparisons)
def test_a_link_reproduces_the_comparison(comparison):
    assert Comparison.from_query(comparison.to_query()) == comparison


def test_what_a_link_says_wrongly_is_as_by_default():
    query = {"runs": "a,,b,a", "align": "sideways", "view": "3d", "smooth": "7", "group": "?"}
    assert Comparison.from_query(query) == Comparison(runs=("a", "b"))


def test_defaults_make_a_short_link():
    assert Comparison(runs=("a", "b")).to_query() == {"runs": "a,b"}
