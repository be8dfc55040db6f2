"""Ids of published objects. They follow from the codes of the directory, so that they stay the same for ever, at every
installation and after every export."""

from uuid import UUID, uuid5

_NAMESPACE = UUID("2b1f6a0e-7c55-5d0a-9a4e-6f3f5a7c1d90")
_TAXONOMY = "needs"


def build_id(kind: str, *codes: str) -> str:
    """The id of an object of a kind: ``service`` with the codes of service and entity, ``organization``, …"""
    return str(uuid5(_NAMESPACE, "/".join((kind, *codes))))


def build_taxonomy_id() -> str:
    """The id of the list of needs."""
    return build_id("taxonomy", _TAXONOMY)
