"""Zip files without a date: the same content gives the same bytes."""

from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

# The earliest moment that a zip file can hold; Excel writes it too.
_EARLIEST_ZIP_TIME = (1980, 1, 1, 0, 0, 0)


def make_zip_reproducible(content: bytes) -> bytes:
    """Rewrites a zip file without the time and the operating system of its writing."""
    file = BytesIO()
    with ZipFile(BytesIO(content)) as source_zip, ZipFile(file, "w", ZIP_DEFLATED) as target_zip:
        for name in source_zip.namelist():
            part_info = ZipInfo(name, _EARLIEST_ZIP_TIME)
            part_info.compress_type = ZIP_DEFLATED
            part_info.create_system = 0  # Python writes the number of the operating system on which it runs
            target_zip.writestr(part_info, source_zip.read(name))
    return file.getvalue()
