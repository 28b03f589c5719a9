"""What a person asked of a training that ended before it was done."""

from sqlalchemy import Connection, delete, select

from core.plateaus.wording import format_rate
from core.store.records import InterventionKind
from core.store.tables import interventions


def drop_orders(connection: Connection, run_id: str) -> list[str]:
    """Delete a run's changes of the rate that are not done, and say which; for a run that ends.

    They were meant for the batch that came next: days later they would surprise.
    """
    is_open = (interventions.c.run_id == run_id) & interventions.c.epoch.is_(None)
    query = select(interventions.c.kind, interventions.c.value).where(is_open)
    told = [
        _told(InterventionKind(row.kind), row.value)
        for row in connection.execute(query.order_by(interventions.c.id))
    ]
    connection.execute(delete(interventions).where(is_open))
    return told


def _told(kind: InterventionKind, value: float) -> str:
    asked = (
        f"times {value:g}" if kind is InterventionKind.MULTIPLY_RATE else f"to {format_rate(value)}"
    )
    return (
        f"Asked for and not done: the learning rate {asked}. The run ended before its next batch. "
        "If it goes on, it does so without that; ask again then."
    )
