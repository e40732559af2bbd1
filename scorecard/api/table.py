"""Records of the interface as the table of a CSV: the titles of the model in its order, a target in columns of its own."""

from collections.abc import Iterable
from datetime import date
from typing import Any, cast

from pydantic import BaseModel

from scorecard.api.answers import TargetInForce
from scorecard.storage.spreadsheet_csv import CsvValue, number_or_text, write_csv


def csv_of(model: type[BaseModel], records: Iterable[BaseModel]) -> bytes:
    """Header and records; numbers leave as numbers, texts as a spreadsheet shows them unchanged."""
    return write_csv(_titles(model), (_cells(model, record) for record in records))


def _titles(model: type[BaseModel]) -> list[str]:
    titles: list[str] = []
    for name, field in model.model_fields.items():
        titles += _titles(TargetInForce) if name == "target" else [field.title or name]
    return titles


def _cells(model: type[BaseModel], record: BaseModel | None) -> list[CsvValue]:
    cells: list[CsvValue] = []
    for name in model.model_fields:
        found = getattr(record, name, None)
        cells += _cells(TargetInForce, found) if name == "target" else [_cell(found)]
    return cells


def _cell(found: Any) -> CsvValue:
    match found:
        case bool():
            return "是" if found else "否"
        case str():
            return number_or_text(found)
        case date():
            return found.isoformat()
        case list():
            return "；".join(cast("list[str]", found))
        case dict():
            return "；".join(f"{name} {day}" for name, day in cast("dict[str, date]", found).items())
        case _:
            return found
