"""Write the recorded trace anew: `python -m core.training.record_trace`."""

from core.settings import Settings
from core.specs.trace import TraceSpec
from core.store.traces import RECORDED
from core.training.trace import trace

if __name__ == "__main__":
    RECORDED.write_text(trace(TraceSpec(), Settings()).to_json() + "\n", "utf-8")
