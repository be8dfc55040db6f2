"""Writes the services that stand in the database as a file that ``directory load`` takes."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import yaml

from attention_point.directory.service_rows import ServiceRow
from attention_point.directory.snapshot import Directory
from attention_point.directory.validation.rule_schemas import InstrumentDocumentData, InstrumentPaperData

_NOT_IN_THE_FILE = frozenset({"origin", "version", "offers"})


def write_services_file(directory: Directory) -> str:
    """The services and their offers as YAML; loading it changes nothing."""
    services = list(directory.services.values())
    file = {
        "services": [_describe_service(service) for service in services],
        "offers": [
            {"service": service.code, "entity": offer.entity, "order": offer.order, **_clean(asdict(offer))}
            for service in services
            for offer in service.offers
        ],
    }
    return write_file(file)


def write_file(document: Mapping[str, Any]) -> str:
    """A document of the directory as YAML."""
    return yaml.dump(document, Dumper=_PlainDumper, allow_unicode=True, sort_keys=False, width=120)


def _describe_service(service: ServiceRow) -> dict[str, Any]:
    content = _clean(asdict(service))
    # What a window asks for is in force as long as the window is, and has no days of its own in the file.
    for instrument in content.get("instruments", ()):
        for name, model in (("documents", InstrumentDocumentData), ("papers", InstrumentPaperData)):
            for row in instrument.get(name, ()):
                for key in row.keys() - model.model_fields.keys():
                    del row[key]
    inner = {key: value for key, value in content.items() if key not in _NOT_IN_THE_FILE}
    return {"code": service.code, "need": service.need, "fields": [], **inner}


def _clean(value: Any) -> Any:
    """Plain lists and dictionaries, without what nobody filled in."""
    if isinstance(value, Mapping):
        return {key: _clean(inner) for key, inner in value.items() if inner is not None and inner != ()}
    if isinstance(value, list | tuple):
        return [_clean(inner) for inner in value]
    return value


class _PlainDumper(yaml.SafeDumper):
    """Repeats what stands twice, where SafeDumper would refer to it by a sign that nobody reads."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True
