"""Zip files that depend on their content alone."""

from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

# The earliest moment that a zip file knows, which Excel writes too.
_MOMENT = (1980, 1, 1, 0, 0, 0)


def timeless(content: bytes) -> bytes:
    """The zip file with the same parts in the same order and no trace of when and where it was written."""
    file = BytesIO()
    with ZipFile(BytesIO(content)) as written, ZipFile(file, "w", ZIP_DEFLATED) as timeless:
        for name in written.namelist():
            part = ZipInfo(name, _MOMENT)
            part.compress_type = ZIP_DEFLATED
            part.create_system = 0
            timeless.writestr(part, written.read(name))
    return file.getvalue()
