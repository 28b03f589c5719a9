"""One definition of a setting: its default, its bounds and the words that go with it."""

from typing import Any, cast

from pydantic import Field
from pydantic.config import JsonDict
from pydantic.fields import FieldInfo


def setting(
    default: Any,
    description: str,
    *,
    everyday: str = "",
    rule: str = "",
    remedy: str = "",
    **bounds: Any,
) -> Any:
    """Define a setting of a pydantic model together with its documentation.

    Args:
        default: The value Keras (or we) take when nobody says otherwise.
        description: What the setting does, for the form's help.
        everyday: The chapter's picture of it: the student and the assistant.
        rule: What a value must satisfy, as it follows "must"; shown when it does not.
        remedy: What to do instead, a full sentence.
        **bounds: Passed to `pydantic.Field`, such as `gt` or `le`.

    Returns:
        A pydantic field.
    """
    words: JsonDict = {"everyday": everyday, "rule": rule, "remedy": remedy}
    return Field(default, description=description, json_schema_extra=words, **bounds)


def words_of(field: FieldInfo, name: str) -> str:
    """Return one of the words of a setting: "everyday", "rule" or "remedy"."""
    extra = field.json_schema_extra
    if not isinstance(extra, dict):
        return ""
    return str(cast("dict[str, Any]", extra).get(name, ""))


def help_of(field: FieldInfo) -> str:
    """Return what a form shows beside a setting: what it does and what it is like."""
    everyday = words_of(field, "everyday")
    return f"{field.description}\n\n*Everyday: {everyday}*" if everyday else f"{field.description}"
