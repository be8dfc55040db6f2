"""The machine-readable catalogue: DCAT 3 as JSON-LD, with what DCAT-AP 3 requires (SEMIC, 2024).

A series with a dataset for each released month in its version in force, and a distribution for each format at its
address that never changes.
"""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any

from attention_point.foundation.language import LANGUAGES, N_, format_month, gettext, speaking
from attention_point.statistics import files
from attention_point.statistics.models import Release
from attention_point.statistics.open_data import Copy
from attention_point.tallies.queries import next_month

LICENCE = "https://creativecommons.org/licenses/by/4.0/"
AUTHORITY = "http://publications.europa.eu/resource/authority"
MONTHLY = f"{AUTHORITY}/frequency/MONTHLY"
BUCARAMANGA = "68001"  # DIVIPOLA
PUBLISHER = N_("International Affairs Office, Mayor's Office of Bucaramanga")
TITLE = N_("Attention point for migrants in Bucaramanga: monthly figures")
DESCRIPTION = N_("People served, attentions, needs and referrals by month, protected so that nobody can be recognised.")
CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}

Address = Callable[..., str]  # from an endpoint and what stands in it to an address with its host


def catalog(months: Iterable[tuple[Release, list[Copy]]], address: Address) -> dict[str, Any]:
    """The catalogue of the months given, newest first."""
    home, office = address("listing"), {"@id": address("listing") + "#office"}
    found = list(months)
    series = {
        "@id": f"{home}#series",
        "@type": "dcat:DatasetSeries",
        "dct:title": _texts(TITLE),
        "dct:description": _texts(DESCRIPTION),
        "dct:publisher": office,
        "dct:accrualPeriodicity": {"@id": MONTHLY},
        "dct:spatial": {"@id": f"{home}#bucaramanga"},
    }
    return {
        "@context": CONTEXT,
        "@id": f"{home}#catalog",
        "@type": "dcat:Catalog",
        "dct:title": _texts(TITLE),
        "dct:description": _texts(DESCRIPTION),
        "dct:publisher": {**office, "@type": "foaf:Agent", "foaf:name": _texts(PUBLISHER)},
        "dct:license": {"@id": LICENCE},
        "dct:language": [{"@id": f"{AUTHORITY}/language/{code}"} for code in ("SPA", "ENG")],
        "dct:spatial": _place(home),
        **({"dct:modified": _moment(max(one.released_at for one, _copies in found))} if found else {}),
        "foaf:homepage": {"@id": home},
        "dcat:dataset": [series, *(_dataset(one, copies, address) for one, copies in found)],
    }


def _texts(message: str) -> list[dict[str, str]]:
    texts = []
    for language in LANGUAGES:
        with speaking(language):
            texts.append({"@language": language, "@value": gettext(message)})
    return texts


def _place(home: str) -> dict[str, Any]:
    return {
        "@id": f"{home}#bucaramanga",
        "@type": "dct:Location",
        "skos:prefLabel": "Bucaramanga, Santander, Colombia",
        "dct:identifier": BUCARAMANGA,
    }


def _dataset(release: Release, copies: list[Copy], address: Address) -> dict[str, Any]:
    home, name = address("listing"), f"{release.month:%Y-%m}"
    titles = []
    for language in LANGUAGES:
        with speaking(language):
            titles.append({"@language": language, "@value": f"{gettext(TITLE)}, {format_month(release.month)}"})
    last = next_month(release.month) - timedelta(days=1)
    return {
        "@id": f"{home}#{name}",
        "@type": "dcat:Dataset",
        "dct:title": titles,
        "dct:description": _texts(DESCRIPTION),
        "dct:identifier": name,
        "dcat:version": str(release.version),
        "dcat:inSeries": {"@id": f"{home}#series"},
        "dct:publisher": {"@id": f"{home}#office"},
        "dcat:contactPoint": {
            "@type": "vcard:Organization",
            "vcard:fn": _texts(PUBLISHER),
            "vcard:hasURL": {"@id": home},
        },
        "dct:issued": _moment(release.released_at),
        "dct:accrualPeriodicity": {"@id": MONTHLY},
        "dct:spatial": {"@id": f"{home}#bucaramanga"},
        "dct:temporal": {
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": _day(release.month),
            "dcat:endDate": _day(last),
        },
        "dcat:landingPage": {"@id": home},
        "foaf:page": {"@id": address("dictionary", kind="csv")},
        "dcat:distribution": [_distribution(release, copy, address) for copy in copies],
    }


def _distribution(release: Release, copy: Copy, address: Address) -> dict[str, Any]:
    kind = files.KINDS[copy.kind]
    here = {"@id": address("version", month=f"{release.month:%Y-%m}", number=release.version, kind=copy.kind)}
    return {
        "@id": here["@id"] + "#file",
        "@type": "dcat:Distribution",
        "dct:title": kind.name,
        "dcat:accessURL": here,
        "dcat:downloadURL": here,
        "dcat:mediaType": {"@id": f"https://www.iana.org/assignments/media-types/{kind.mimetype}"},
        "dct:format": {"@id": f"{AUTHORITY}/file-type/{kind.name}"},
        "dct:license": {"@id": LICENCE},
        "dct:issued": _moment(release.released_at),
        "dcat:byteSize": {"@type": "xsd:nonNegativeInteger", "@value": str(copy.size)},
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
            "spdx:checksumValue": {"@type": "xsd:hexBinary", "@value": copy.sha256},
        },
    }


def _moment(value: Any) -> dict[str, str]:
    return {"@type": "xsd:dateTime", "@value": value.isoformat(timespec="seconds")}


def _day(value: date) -> dict[str, str]:
    return {"@type": "xsd:date", "@value": value.isoformat()}
