"""Uploaded pictures and documents: what Telegram accepts, and where they stay until someone fetches them."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

from chatbot.sandbox.telegram.store import Store
from chatbot.sandbox.telegram.wire import Fields, Parameters, Upload, bad_request

MEGABYTE: Final = 1024 * 1024
LARGEST_PHOTO: Final = 10 * MEGABYTE
LARGEST_DOCUMENT: Final = 50 * MEGABYTE
LARGEST_DOWNLOAD: Final = 20 * MEGABYTE
LARGEST_SIDES: Final = 10_000
LARGEST_RATIO: Final = 20
PNG: Final = b"\x89PNG\r\n\x1a\n"
JPEG_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that has an id."""

    file_id: str
    upload: Upload

    def described(self) -> Fields:
        size = len(self.upload.data)
        return {"file_id": self.file_id, "file_unique_id": f"unique-{self.file_id}", "file_size": size}

    @property
    def path(self) -> str:
        return f"files/{self.file_id}/{self.upload.file_name}"


class Files:
    """Files by id, kept with the chats."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def keep(self, upload: Upload) -> StoredFile:
        file_id = f"sandbox-file-{self.store.next_number('file')}"
        name = upload.file_name.replace("\\", "/").rsplit("/", maxsplit=1)[-1] or "file"
        kept = Upload(name, upload.content_type, upload.data)
        self.store.run("INSERT INTO files VALUES (?, ?, ?, ?)", file_id, name, kept.content_type, kept.data)
        return StoredFile(file_id, kept)

    def find(self, file_id: str) -> StoredFile | None:
        row = self.store.row("SELECT * FROM files WHERE file_id = ?", file_id)
        if row is None:
            return None
        return StoredFile(row["file_id"], Upload(row["file_name"], row["content_type"], bytes(row["data"])))

    def given(self, parameters: Parameters, name: str, largest: int) -> StoredFile:
        """The file of a call: a part of its own name, ``attach://part``, or the id of a file sent before."""
        written = parameters.text(name)
        part = written.removeprefix("attach://") if written.startswith("attach://") else name
        upload = parameters.uploads.get(part)
        known = self.find(written) if upload is None else None
        if known is not None:
            return known
        if upload is None:
            raise bad_request(
                "wrong file identifier/HTTP URL specified" if written else f"there is no {name} in the request"
            )
        if not upload.data:
            raise bad_request("file must be non-empty")
        if len(upload.data) > largest:
            raise bad_request("file is too big")
        return self.keep(upload)


def photo_sizes(photo: StoredFile) -> list[Fields]:
    """The one size the sandbox keeps; raises Refused for what is not a picture or has impossible sides."""
    sides = picture_sides(photo.upload.data)
    if sides is None:
        raise bad_request("IMAGE_PROCESS_FAILED")
    width, height = sides
    if min(sides) == 0 or width + height > LARGEST_SIDES or max(sides) > LARGEST_RATIO * min(sides):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    return [{**photo.described(), "width": width, "height": height}]


def picture_sides(data: bytes) -> tuple[int, int] | None:
    """Width and height of a PNG or JPEG, read from its head."""
    if data.startswith(PNG) and data[12:16] == b"IHDR" and len(data) >= len(PNG) + 16:
        width, height = struct.unpack(">II", data[16:24])
        return width, height
    return jpeg_sides(data) if data.startswith(b"\xff\xd8") else None


def jpeg_sides(data: bytes) -> tuple[int, int] | None:
    position = 2
    while position + 9 <= len(data) and data[position] == 0xFF:
        if data[position + 1] in JPEG_FRAMES:
            height, width = struct.unpack(">HH", data[position + 5 : position + 9])
            return width, height
        position += 2 + int.from_bytes(data[position + 2 : position + 4], "big")
    return None
