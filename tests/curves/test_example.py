from core.curves.example import example_curves, example_recording


def test_the_example_says_how_it_was_made_and_shows_two_reductions():
    curves = example_curves()
    assert len(curves) == 16
    assert "core.training.run.train_run" in curves.notes[0]
    assert len(set(curves.rates.tolist())) == 3
    assert curves.rates[-1] == example_recording()["learning_rate_after"][-1]
