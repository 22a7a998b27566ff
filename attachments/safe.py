"""What may come in as a file, and in which shape: the type by its content, never by its name; pictures drawn anew, so
that nothing but the picture comes with them (place, device, comments, a program behind the last byte).

Limits after OWASP's File Upload Cheat Sheet; sizes are those of phones of today.
"""

import hashlib
import unicodedata
import zipfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePath
from threading import Lock
from typing import BinaryIO

from django.utils.translation import gettext as _
from PIL import Image, ImageOps

LARGEST = 10 * 1024 * 1024  # bytes of one file
PIXELS = {"JPEG": 51_000_000, "PNG": 25_000_000, "WEBP": 25_000_000}  # a JPEG is read at a fraction of its size
Image.MAX_IMAGE_PIXELS = None  # asked below, before anything is read
SIDE, SMALL_SIDE = 2560, 320  # the longer side of what is kept, and of what lists show
UNPACKED, ENTRIES = 200 * 1024 * 1024, 3000  # of a document that is a ZIP
JPEG, PNG, PDF = "image/jpeg", "image/png", "application/pdf"
_OFFICE = "application/vnd.openxmlformats-officedocument."
DOCX, XLSX = f"{_OFFICE}wordprocessingml.document", f"{_OFFICE}spreadsheetml.sheet"
EXTENSIONS = {JPEG: "jpg", PNG: "png", PDF: "pdf", DOCX: "docx", XLSX: "xlsx"}
_PARTS = {"word/document.xml": DOCX, "xl/workbook.xml": XLSX}
_one_at_a_time = Lock()  # a large picture takes a hundred megabytes while it is read


class Unsafe(Exception):
    """A file that is not taken; the message is for who sent it."""


@dataclass(frozen=True)
class Safe:
    """What is kept of a file. `source` is the SHA-256 of what was sent; `small` is b"" where it is no picture."""

    name: str
    content_type: str
    content: bytes
    small: bytes
    source: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def made_safe(name: str, file: BinaryIO) -> Safe:
    """The file as it may be kept; raises `Unsafe` with the reason."""
    sent = file.read(LARGEST + 1)
    if len(sent) > LARGEST:
        raise Unsafe(_("lớn hơn %(n)s MB") % {"n": LARGEST // 1024 // 1024})
    if not sent:
        raise Unsafe(_("tệp rỗng"))
    source = hashlib.sha256(sent).hexdigest()
    if form := _picture_form(sent):
        content_type, content, small = _picture(sent, form)
    else:
        content_type, content, small = _document(sent), sent, b""
    return Safe(_named(name, content_type), content_type, content, small, source)


def _picture_form(sent: bytes) -> str:
    """The name that Pillow has for it, "" for no picture that is taken."""
    if sent.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if sent.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    return "WEBP" if sent.startswith(b"RIFF") and sent[8:12] == b"WEBP" else ""


def _picture(sent: bytes, form: str) -> tuple[str, bytes, bytes]:
    """Drawn anew, upright, at most `SIDE` wide or high: its type, itself, the small one."""
    try:
        with _one_at_a_time, Image.open(BytesIO(sent), formats=[form]) as picture:
            if picture.width * picture.height > PIXELS[form]:
                raise Unsafe(_("ảnh quá nhiều điểm ảnh (%(width)s × %(height)s)") % {
                    "width": picture.width, "height": picture.height})
            picture.thumbnail((SIDE, SIDE))
            upright = ImageOps.exif_transpose(picture)
            sees_through = form != "JPEG" and upright.has_transparency_data
            drawn = _only_the_picture(upright, "RGBA" if sees_through else "RGB")
            keeps = "PNG" if form == "PNG" else "JPEG"
            return (PNG if keeps == "PNG" else JPEG), _written(drawn, keeps), _small(drawn)
    except Unsafe:
        raise
    except Exception as error:  # of a decoder, at bytes that anybody may have made
        raise Unsafe(_("ảnh hỏng hoặc không đọc được")) from error


def _only_the_picture(picture: Image.Image, mode: str) -> Image.Image:
    """Its points and nothing else: what a format writes besides (comments, profiles) stays behind."""
    points = picture.convert(mode)
    drawn = Image.new(mode, points.size)
    drawn.paste(points)
    return drawn


def _written(picture: Image.Image, form: str) -> bytes:
    out = BytesIO()
    if form == "JPEG":
        _on_white(picture).save(out, form, quality=82, optimize=True, progressive=True)
    else:
        picture.save(out, form)
    return out.getvalue()


def _small(picture: Image.Image) -> bytes:
    small = _on_white(picture)
    small.thumbnail((SMALL_SIDE, SMALL_SIDE))
    return _written(small, "JPEG")


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode == "RGB":
        return picture.copy()
    ground = Image.new("RGB", picture.size, "white")
    ground.paste(picture, mask=picture.getchannel("A"))
    return ground


def _document(sent: bytes) -> str:
    """The type of a PDF, a text or a table; they are kept as they are and never opened by the site."""
    if sent.startswith(b"%PDF-"):
        if b"%%EOF" not in sent[-2048:]:
            raise Unsafe(_("tệp PDF bị cắt cụt"))
        return PDF
    if sent.startswith(b"PK\x03\x04"):
        return _office(sent)
    if sent[4:8] == b"ftyp" and sent[8:12] in (b"heic", b"heix", b"mif1", b"msf1"):
        raise Unsafe(_("ảnh HEIC: hãy lưu thành JPEG rồi gửi lại"))
    raise Unsafe(_("không phải ảnh JPEG, PNG, WebP, tệp PDF, DOCX hay XLSX"))


def _office(sent: bytes) -> str:
    """By what lies in it. Nothing is unpacked: the sizes are those that the file tells of itself."""
    try:
        with zipfile.ZipFile(BytesIO(sent)) as packed:
            parts = packed.infolist()
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise Unsafe(_("tệp hỏng hoặc không đọc được")) from error
    names = {part.filename for part in parts}
    found = next((kind for name, kind in _PARTS.items() if name in names), "")
    if not found:
        raise Unsafe(_("không phải ảnh JPEG, PNG, WebP, tệp PDF, DOCX hay XLSX"))
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise Unsafe(_("tệp có macro"))
    if len(parts) > ENTRIES or sum(part.file_size for part in parts) > UNPACKED or any(
            part.flag_bits & 1 for part in parts):
        raise Unsafe(_("tệp nén bất thường"))
    return found


def _named(name: str, content_type: str) -> str:
    """As it was called, without a path and what no screen shows, with the ending of what it is."""
    whole = unicodedata.normalize("NFC", name.replace("\\", "/"))
    stem = "".join(one for one in PurePath(whole).stem if one.isprintable()).strip(" .")
    return f"{(stem or 'tep')[:100]}.{EXTENSIONS[content_type]}"
