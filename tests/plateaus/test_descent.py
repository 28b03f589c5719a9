"""Update rules worked out by hand for one number."""

import numpy as np
import pytest

from core.plateaus.descent import optimizer_of


def steps(name, gradients, rate=0.1):
    """Where one parameter stands after each gradient, starting from 0."""
    theta, rates = np.zeros(1), np.full(1, rate)
    optimizer = optimizer_of(name, theta.shape)
    path = []
    for gradient in gradients:
        optimizer.move(theta, np.array([gradient]), rates)
        path.append(float(theta[0]))
    return path


def test_sgd_goes_against_the_gradient():
    assert steps("sgd", [1.0, -2.0]) == pytest.approx([-0.1, 0.1])


def test_momentum_adds_nine_tenths_of_the_last_step():
    assert steps("momentum", [1.0, 0.0, 0.0]) == pytest.approx([-0.1, -0.19, -0.271])


def test_adam_takes_its_first_step_of_the_rate_whatever_the_gradient():
    for gradient in (1e-3, 1.0, 1e3):
        assert steps("adam", [gradient]) == pytest.approx([-0.1], rel=1e-2)


def test_adam_follows_its_moments():
    # m = 0.1, then 0.09 - 0.1 = -0.01; v = 0.001, then 0.000999 + 0.001 = 0.001999.
    second = 0.1 * np.sqrt(1 - 0.999**2) / (1 - 0.9**2) * -0.01 / np.sqrt(0.001999)
    assert steps("adam", [1.0, -1.0])[1] == pytest.approx(-0.1 - second, rel=1e-4)
