"""CSVLogger."""

from typing import ClassVar, Literal

from pydantic import field_validator

from core.specs.callbacks.base import CallbackSpec, is_file_name, switch_setting
from core.specs.fields import setting

_ENDINGS = (".csv", ".tsv", ".txt", ".log")


class CSVLogger(CallbackSpec):
    """Write the metrics of every epoch into a table."""

    path_setting: ClassVar[str] = "filename"

    kind: Literal["CSVLogger"] = "CSVLogger"
    filename: str = setting(
        "log.csv",
        "The file's name in the run's own directory. It is written epoch by epoch.",
        everyday="The mark book.",
        rule="be a plain file name that ends in .csv, .tsv, .txt or .log",
        remedy="Try log.csv.",
    )
    separator: Literal[",", ";", "|", "\t"] = setting(
        ",",
        "The character between two columns.",
        everyday="The lines between the columns of the mark book.",
        rule="be a comma, a semicolon, a bar or a tab",
        remedy="Take the comma, or the semicolon where decimals have commas.",
    )
    append: bool = switch_setting(
        "Whether to write below what the file holds already, as after a resume; otherwise it is "
        "written anew.",
        default=False,
        everyday="Whether to go on in last term's mark book.",
        remedy="Take true for a training that is resumed.",
    )

    @field_validator("filename")
    @classmethod
    def _is_a_plain_name(cls, value: str) -> str:
        if not is_file_name(value) or not value.endswith(_ENDINGS):
            raise ValueError(value)
        return value
