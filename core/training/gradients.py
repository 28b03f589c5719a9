"""One pass forward and half a pass back: the logits, and their gradient at a layer."""
# Keras, TensorFlow and JAX ship no types, or partial ones.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false
# pyright: reportMissingTypeStubs=false, reportArgumentType=false
# pyright: reportMissingImports=false, reportMissingTypeArgument=false

from collections.abc import Callable
from typing import Any

import keras
from keras import ops

Forward = Callable[[Any], tuple[Any, Any]]
"""From scans to logits and features, as `Pass` takes and gives them."""

Pass = Callable[[Any, Any], tuple[Any, Any, Any, Any]]
"""From scans, shape (n, H, W, 1), uint8, and classes, shape (n,), int32, of which -1 stands
for the class with the highest logit, to logits (n, classes), features (n, features), the
layer's output (n, h, w, channels) and the gradient of the class's logit at it."""


def build(front: keras.Model, back: keras.Model, head: keras.layers.Dense) -> Pass:
    """Build the pass for the backend that Keras computes with.

    Args:
        front: From scans to the layer's output.
        back: From the layer's output to the features, the input of `head`.
        head: The last layer; its activation is left out.

    Raises:
        NotImplementedError: With a backend other than TensorFlow and JAX.
    """
    backend = keras.backend.backend()
    if backend == "tensorflow":
        return _on_tensorflow(front, back, head)
    if backend == "jax":
        return _on_jax(front, back, head)
    raise NotImplementedError(
        f"Heat maps need the backend tensorflow or jax, and this worker has {backend}: "
        "start the app with KERAS_BACKEND=tensorflow."
    )


def build_forward(front: keras.Model, back: keras.Model, head: keras.layers.Dense) -> Forward:
    """Build the pass without the way back; arguments as of `build`."""
    if keras.backend.backend() == "tensorflow":
        return _forward_on_tensorflow(front, back, head)
    return _forward_on_jax(front, back, head)


def logits_of(features: Any, kernel: Any, bias: Any) -> Any:
    """Return what goes into the softmax, in float32 whatever the precision of the rest."""
    return ops.matmul(ops.cast(features, "float32"), kernel) + bias


def _chosen(logits: Any, classes: Any) -> Any:
    """Return a mask of the class whose logit is explained, shape as `logits`."""
    highest = ops.cast(ops.argmax(logits, axis=1), "int32")
    return ops.one_hot(ops.where(classes < 0, highest, classes), logits.shape[1])


def _on_tensorflow(front: Any, back: Any, head: Any) -> Pass:
    import tensorflow as tf  # noqa: PLC0415 - where the backend is another, it may be absent

    shape = (None, *front.input_shape[1:])

    signature = [tf.TensorSpec(shape, tf.uint8), tf.TensorSpec((None,), tf.int32)]

    def run(scans: Any, classes: Any) -> Any:
        layer = front(scans, training=False)
        tape: Any = tf.GradientTape()
        with tape:
            tape.watch(layer)
            features = back(layer, training=False)
            logits = logits_of(features, head.kernel, head.bias)
            score = ops.sum(logits * _chosen(logits, classes))
        zero = tf.UnconnectedGradients.ZERO
        gradient = tape.gradient(score, layer, unconnected_gradients=zero)
        return logits, ops.cast(features, "float32"), layer, gradient

    compiled: Any = tf.function(run, input_signature=signature, autograph=False)
    return compiled


def _forward_on_tensorflow(front: Any, back: Any, head: Any) -> Forward:
    import tensorflow as tf  # noqa: PLC0415 - where the backend is another, it may be absent

    def run(scans: Any) -> Any:
        features = back(front(scans, training=False), training=False)
        return logits_of(features, head.kernel, head.bias), ops.cast(features, "float32")

    signature = [tf.TensorSpec((None, *front.input_shape[1:]), tf.uint8)]
    compiled: Any = tf.function(run, input_signature=signature, autograph=False)
    return compiled


def _on_jax(front: Any, back: Any, head: Any) -> Pass:
    import jax  # noqa: PLC0415 - where the backend is another, it may be absent

    def run(weights: Any, scans: Any, classes: Any) -> Any:
        of_front, of_back, of_head = weights
        layer, _ = front.stateless_call(*of_front, scans, training=False)

        def score(layer: Any) -> Any:
            features, _ = back.stateless_call(*of_back, layer, training=False)
            logits = logits_of(features, *of_head)
            chosen = _chosen(jax.lax.stop_gradient(logits), classes)
            return ops.sum(logits * chosen), (logits, ops.cast(features, "float32"))

        gradient, (logits, features) = jax.grad(score, has_aux=True)(layer)
        return logits, features, layer, gradient

    return _compiled_on_jax(run, front, back, head)


def _forward_on_jax(front: Any, back: Any, head: Any) -> Forward:
    def run(weights: Any, scans: Any) -> Any:
        of_front, of_back, of_head = weights
        layer, _ = front.stateless_call(*of_front, scans, training=False)
        features, _ = back.stateless_call(*of_back, layer, training=False)
        return logits_of(features, *of_head), ops.cast(features, "float32")

    return _compiled_on_jax(run, front, back, head)


def _compiled_on_jax(run: Any, front: Any, back: Any, head: Any) -> Any:
    """Compile a function of weights and scans, and give it the weights.

    They are handed over and not closed over: XLA would take millions of them for constants.
    """
    import jax  # noqa: PLC0415 - where the backend is another, it may be absent

    def state_of(model: Any) -> tuple[list[Any], list[Any]]:
        trained = [variable.value for variable in model.trainable_variables]
        return trained, [variable.value for variable in model.non_trainable_variables]

    weights = state_of(front), state_of(back), (head.kernel.value, head.bias.value)
    compiled: Any = jax.jit(run)

    def call(*arguments: Any) -> Any:
        return compiled(weights, *arguments)

    return call
