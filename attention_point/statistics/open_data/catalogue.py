"""The machine-readable catalogue: DCAT 3 as JSON-LD, with what DCAT-AP 3 requires (SEMIC, 2024).

It is a series with a dataset for each released month in its latest version. A dataset has a distribution for each
format, at the address that never changes.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from attention_point.dates import format_month_code, last_of_month
from attention_point.foundation.language import LANGUAGES, N_, format_month, in_language
from attention_point.foundation.network.mail_server import is_mail_address
from attention_point.statistics.open_data import files
from attention_point.statistics.open_data.public_files import PublicFile
from attention_point.statistics.releases.content_building import translate_message
from attention_point.statistics.releases.models import Release

LICENCE = "https://creativecommons.org/licenses/by/4.0/"
EU_AUTHORITY = "http://publications.europa.eu/resource/authority"
MONTHLY_FREQUENCY = {"@id": f"{EU_AUTHORITY}/frequency/MONTHLY"}
BUCARAMANGA_CODE = "68001"  # DIVIPOLA
PUBLISHER = N_("International Affairs Office, Mayor's Office of Bucaramanga")
TITLE = N_("Attention point for migrants in Bucaramanga: monthly figures")
DESCRIPTION = N_("People served, attentions, needs and referrals by month, protected so that nobody can be recognised.")
JSON_LD_CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}

BuildAddress = Callable[..., str]  # from the name of a view and its values to an address with its host


def build_catalogue(
    months: Sequence[tuple[Release, list[PublicFile]]], build_address: BuildAddress, contact: str | None = None
) -> dict[str, Any]:
    """Build the catalogue of the given months, newest first. ``contact`` is where a reader can write to the office."""
    home = build_address("show_newest")
    office, place = {"@id": f"{home}#office"}, {"@id": f"{home}#bucaramanga"}
    title, description = _translate_and_tag(TITLE), _translate_and_tag(DESCRIPTION)
    # A data portal shows the months as one series, and not as a hundred data sets that have
    # nothing to do with each other.
    series = {
        "@id": f"{home}#series",
        "@type": "dcat:DatasetSeries",
        "dct:title": title,
        "dct:description": description,
        "dct:publisher": office,
        "dct:accrualPeriodicity": MONTHLY_FREQUENCY,
        "dct:spatial": place,
    }
    released_at = max((release.released_at for release, _public_files in months), default=None)
    return {
        "@context": JSON_LD_CONTEXT,
        "@id": f"{home}#catalog",
        "@type": "dcat:Catalog",
        "dct:title": title,
        "dct:description": description,
        # Publisher and place are described here once; everything else refers to them by their ids.
        "dct:publisher": {**office, "@type": "foaf:Agent", "foaf:name": _translate_and_tag(PUBLISHER)},
        "dct:license": {"@id": LICENCE},
        "dct:language": [{"@id": f"{EU_AUTHORITY}/language/{code}"} for code in ("SPA", "ENG")],
        "dct:spatial": {
            **place,
            "@type": "dct:Location",
            "skos:prefLabel": "Bucaramanga, Santander, Colombia",
            "dct:identifier": BUCARAMANGA_CODE,
        },
        **({"dct:modified": _format_moment(released_at)} if released_at else {}),
        "foaf:homepage": {"@id": home},
        "dcat:dataset": [series, *(_build_dataset(*month, build_address, contact) for month in months)],
    }


def _translate_and_tag(message: str) -> list[dict[str, str]]:
    return _tag_texts(translate_message(message))


def _tag_texts(texts: dict[str, str]) -> list[dict[str, str]]:
    return [{"@language": language, "@value": text} for language, text in texts.items()]


def _build_dataset(
    release: Release, public_files: list[PublicFile], build_address: BuildAddress, contact: str | None
) -> dict[str, Any]:
    home, month_code = build_address("show_newest"), format_month_code(release.month)
    # A portal lists titles without their series: the month must stand in each.
    titles = translate_message(TITLE)
    for language in LANGUAGES:
        with in_language(language):
            titles[language] += f", {format_month(release.month)}"
    return {
        "@id": f"{home}#{month_code}",
        "@type": "dcat:Dataset",
        "dct:title": _tag_texts(titles),
        "dct:description": _translate_and_tag(DESCRIPTION),
        "dct:identifier": month_code,
        "dcat:version": str(release.version),
        "dcat:inSeries": {"@id": f"{home}#series"},
        "dct:publisher": {"@id": f"{home}#office"},
        "dcat:contactPoint": {
            "@type": "vcard:Organization",
            "vcard:fn": _translate_and_tag(PUBLISHER),
            "vcard:hasURL": {"@id": home},
            # A contact that is a web form has no address of mail, and one that is invented would lead nowhere.
            **({"vcard:hasEmail": {"@id": f"mailto:{contact}"}} if contact and is_mail_address(contact) else {}),
        },
        "dct:issued": _format_moment(release.released_at),
        "dct:accrualPeriodicity": MONTHLY_FREQUENCY,
        "dct:spatial": {"@id": f"{home}#bucaramanga"},
        "dct:temporal": {
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": _format_day(release.month),
            "dcat:endDate": _format_day(last_of_month(release.month)),
        },
        "dcat:landingPage": {"@id": build_address("show_period", period=month_code)},
        "foaf:page": {"@id": build_address("download_dictionary", kind="csv")},
        "dcat:distribution": [_build_distribution(release, public_file, build_address) for public_file in public_files],
    }


def _build_distribution(release: Release, public_file: PublicFile, build_address: BuildAddress) -> dict[str, Any]:
    # The address with the version: what a program has fetched by it stays true after a correction.
    month_code, kind = format_month_code(release.month), public_file.format_code
    address = build_address("download_version", period=month_code, number=release.version, kind=kind)
    file_format = files.FILE_FORMATS[kind]
    return {
        "@id": f"{address}#file",
        "@type": "dcat:Distribution",
        "dct:title": file_format.name,
        "dcat:accessURL": {"@id": address},
        "dcat:downloadURL": {"@id": address},
        "dcat:mediaType": {"@id": f"https://www.iana.org/assignments/media-types/{file_format.mimetype}"},
        "dct:format": {"@id": f"{EU_AUTHORITY}/file-type/{file_format.name}"},
        "dct:license": {"@id": LICENCE},
        "dct:issued": _format_moment(release.released_at),
        # Lets a program notice a file that was damaged or replaced on its way.
        "dcat:byteSize": {"@type": "xsd:nonNegativeInteger", "@value": str(public_file.size)},
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
            "spdx:checksumValue": {"@type": "xsd:hexBinary", "@value": public_file.sha256},
        },
    }


def _format_moment(moment: datetime) -> dict[str, str]:
    return {"@type": "xsd:dateTime", "@value": moment.isoformat(timespec="seconds")}


def _format_day(day: date) -> dict[str, str]:
    return {"@type": "xsd:date", "@value": day.isoformat()}
