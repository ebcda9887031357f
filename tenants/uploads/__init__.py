"""What comes from outside as a file: known by its content, cleaned or refused. No models, no storage.

`clean_picture` returns new bytes drawn from the pixels alone; `check_document` says what a file is and lets it pass
unchanged, so it must be served as a download. Both raise `Refused`, a
ValidationError that says what, where and what to do.
"""

from .documents import check_document
from .kinds import DOCUMENT_EXTENSIONS, PICTURE_EXTENSIONS, Kind, Refused
from .pictures import Picture, clean_picture

__all__ = [
    "DOCUMENT_EXTENSIONS",
    "PICTURE_EXTENSIONS",
    "Kind",
    "Picture",
    "Refused",
    "check_document",
    "clean_picture",
]
