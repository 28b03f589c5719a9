"""The callbacks of a run as source: the list, and the functions that it needs."""

from core.specs.callbacks import AnyCallback, LambdaCallback, LearningRateScheduler
from core.specs.code.layout import bracketed, call, literal
from core.specs.code.plans import needs_math, plan_code
from core.specs.run import RunSpec

_ANNOUNCE = '''\
def announce(hook):
    """Return a function that prints a call of the hook as Keras made it."""

    def print_call(*arguments, logs=None):
        given = arguments if logs is None else (*arguments, logs)
        print(f"\\n{hook}({', '.join(map(str, given))})")

    return print_call
'''


def list_code(spec: RunSpec) -> str:
    """Return `callbacks = [...]` in the run's order, with what differs from Keras's defaults."""
    return bracketed("callbacks = [", [callback_code(callback) for callback in spec.callbacks], "]")


def function_code(spec: RunSpec) -> list[str]:
    """Return the sources of the functions that the list names; they need `math` for some plans."""
    plans = [plan_code(c) for c in spec.callbacks if isinstance(c, LearningRateScheduler)]
    prints = any(isinstance(callback, LambdaCallback) for callback in spec.callbacks)
    return [*plans, *([_ANNOUNCE] if prints else [])]


def module_names(spec: RunSpec) -> list[str]:
    """Return the modules of the standard library that the functions need."""
    plans = [c for c in spec.callbacks if isinstance(c, LearningRateScheduler)]
    return ["math"] if any(needs_math(plan) for plan in plans) else []


def callback_code(callback: AnyCallback) -> str:
    """Return a callback as a call, with what differs from Keras's defaults.

    What a LearningRateScheduler or LambdaCallback names is defined by `function_code`.
    """
    arguments = [
        f"{name}={_argument(callback, name)}"
        for name in callback.keras_parameters()
        if _must_be_said(callback, name)
    ]
    return call(f"keras.callbacks.{callback.kind}", arguments)


def _must_be_said(callback: AnyCallback, name: str) -> bool:
    if name in ("schedule", callback.path_setting):  # Keras has no default for them.
        return True
    return getattr(callback, name) != type(callback).model_fields[name].default


def _argument(callback: AnyCallback, name: str) -> str:
    if name == "schedule":
        return "schedule"
    if isinstance(callback, LambdaCallback):
        return call("announce", [literal(name)])
    return literal(getattr(callback, name))
