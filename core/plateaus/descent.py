"""SGD, momentum and Adam on many parameter vectors at once, with Keras's update rules."""

from typing import Literal, Protocol

import numpy as np

from core.plateaus.arrays import FloatArray

OptimizerName = Literal["sgd", "momentum", "adam"]


class Optimizer(Protocol):
    """Moves parameters against a gradient, in place."""

    def move(self, theta: FloatArray, gradient: FloatArray, learning_rate: FloatArray) -> None:
        """Take one step; all three have the shape of `theta`, and `gradient` is overwritten."""
        ...


def optimizer_of(name: OptimizerName, shape: tuple[int, ...]) -> Optimizer:
    """Make an optimizer with Keras's defaults (momentum: 0.9) for parameters of that shape."""
    if name == "sgd":
        return SGD()
    return Momentum(shape) if name == "momentum" else Adam(shape)


class SGD:
    """`theta -= learning_rate * gradient`."""

    def move(self, theta: FloatArray, gradient: FloatArray, learning_rate: FloatArray) -> None:
        """Take one step."""
        gradient *= learning_rate
        theta -= gradient


class Momentum:
    """SGD that keeps a share of its last step. Source: `SGD.update_step`, Keras 3.15."""

    def __init__(self, shape: tuple[int, ...], momentum: float = 0.9) -> None:
        """Start at rest; `momentum` is that share."""
        self._velocity = np.zeros(shape)
        self._momentum = momentum

    def move(self, theta: FloatArray, gradient: FloatArray, learning_rate: FloatArray) -> None:
        """Take one step."""
        gradient *= learning_rate
        self._velocity *= self._momentum
        self._velocity -= gradient
        theta += self._velocity


class Adam:
    """Steps of nearly the size of the rate, whatever the gradient's.

    Source: `Adam.update_step`, Keras 3.15, with its defaults.
    """

    def __init__(
        self,
        shape: tuple[int, ...],
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
    ) -> None:
        """Start with moments of zero."""
        self._m, self._v, self._scratch = np.zeros(shape), np.zeros(shape), np.empty(shape)
        self._beta_1, self._beta_2, self._epsilon = beta_1, beta_2, epsilon
        self._steps = 0

    def move(self, theta: FloatArray, gradient: FloatArray, learning_rate: FloatArray) -> None:
        """Take one step."""
        self._steps += 1
        np.multiply(gradient, gradient, out=self._scratch)
        self._follow(self._m, gradient, self._beta_1)
        self._follow(self._v, self._scratch, self._beta_2)
        np.sqrt(self._v, out=self._scratch)
        self._scratch += self._epsilon
        np.divide(self._m, self._scratch, out=self._scratch)
        self._scratch *= learning_rate
        self._scratch *= self._bias_correction()
        theta -= self._scratch

    @staticmethod
    def _follow(moment: FloatArray, target: FloatArray, beta: float) -> None:
        """Move a running mean towards `target`, which is overwritten."""
        target -= moment
        target *= 1 - beta
        moment += target

    def _bias_correction(self) -> float:
        return float(np.sqrt(1 - self._beta_2**self._steps) / (1 - self._beta_1**self._steps))
