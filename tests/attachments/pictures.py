"""Pictures and documents as people, and their enemies, send them."""

import struct
import zipfile
import zlib
from io import BytesIO

from PIL import Image

GPS = {1: "N", 2: (10.0, 46.0, 0.0), 3: "E", 4: (106.0, 42.0, 0.0)}


def photo(width=640, height=480, form="JPEG", mode="RGB", colour=(200, 80, 40)):
    out = BytesIO()
    Image.new(mode, (width, height), colour).save(out, form)
    return out.getvalue()


def photo_of_a_phone():
    """Lying on its side, with place, device and a comment."""
    picture = Image.new("RGB", (400, 300), "navy")
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Máy của Bà Tám"
    exif[0x8825] = GPS
    out = BytesIO()
    picture.save(out, "JPEG", exif=exif, comment=b"0900000123")
    return out.getvalue() + b"<?php echo 'hidden behind the last byte'; ?>"


def bomb(side=60_000):
    """A PNG of a few bytes that says of itself that it is huge."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 100_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def office(**parts):
    """A ZIP with these parts; the first of a text is word/document.xml."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name.replace("__", "/"), content)
    return out.getvalue()


TEXT = {"word__document.xml": "<w/>"}
PDF = b"%PDF-1.7\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n"
