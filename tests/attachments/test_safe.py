"""What may come in, and in which shape: type by content, pictures drawn anew, every refusal in words."""

import zipfile
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from attachments import safe
from attachments.safe import Unsafe, made_safe
from tests.attachments import pictures


def made(content, name="anh.jpg"):
    return made_safe(name, BytesIO(content))


def opened(content):
    return Image.open(BytesIO(content))


def test_nothing_but_the_picture_comes_with_it():
    sent = pictures.photo_of_a_phone()
    assert b"GPS" in sent or opened(sent).getexif().get_ifd(0x8825)
    kept = made(sent)
    for content in (kept.content, kept.small):
        picture = opened(content)
        assert not picture.getexif() and "comment" not in picture.info and "icc_profile" not in picture.info
        assert b"0900000123" not in content and b"<?php" not in content and b"Exif" not in content
    assert opened(kept.content).size == (300, 400)  # upright
    assert kept.content_type == safe.JPEG and kept.name == "anh.jpg"


def test_what_is_kept_is_small_enough_for_a_district_s_line():
    kept = made(pictures.photo(6000, 4000))
    assert max(opened(kept.content).size) == safe.SIDE and max(opened(kept.small).size) == safe.SMALL_SIDE


@pytest.mark.parametrize("form, mode, colour, becomes", [
    ("PNG", "RGBA", (10, 20, 30, 0), safe.PNG), ("PNG", "P", 3, safe.PNG), ("PNG", "1", 1, safe.PNG),
    ("PNG", "I;16", 9, safe.PNG), ("JPEG", "L", 9, safe.JPEG), ("JPEG", "CMYK", (1, 2, 3, 4), safe.JPEG),
    ("WEBP", "RGBA", (1, 2, 3, 0), safe.JPEG), ("WEBP", "RGB", (1, 2, 3), safe.JPEG)])
def test_pictures_of_every_kind(form, mode, colour, becomes):
    kept = made(pictures.photo(30, 20, form, mode, colour), "x.tiff")
    assert kept.content_type == becomes and opened(kept.content).size == (30, 20) and kept.small


def test_a_picture_that_moves_stands_still():
    out = BytesIO()
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
    frames[0].save(out, "PNG", save_all=True, append_images=frames[1:])
    assert getattr(opened(made(out.getvalue()).content), "n_frames", 1) == 1


@pytest.mark.parametrize("content, said", [
    (b"", "rỗng"), (b"\xff\xd8\xff\xe0 no picture", "hỏng"), (pictures.photo()[:300], "hỏng"),
    (pictures.bomb(), "điểm ảnh"), (pictures.bomb(6000), "điểm ảnh"),
    (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "không phải ảnh"),
    (b"<html><script>alert(1)</script>", "không phải ảnh"), (b"MZ\x90\x00", "không phải ảnh"),
    (b"GIF89a" + b"\0" * 50, "không phải ảnh"), (b"\0\0\0\x18ftypheic" + b"\0" * 50, "HEIC"),
    (b"%PDF-1.7 cut", "cắt cụt"), (b"PK\x03\x04 broken", "hỏng"),
    (pictures.office(readme="x"), "không phải ảnh"),
    (pictures.office(**pictures.TEXT, word__vbaProject_bin="x").replace(b"vbaProject_bin", b"vbaProject.bin"), "macro"),
    (pictures.office(**pictures.TEXT, word__media="0" * (safe.UNPACKED + 1)), "bất thường"),
    (pictures.office(**pictures.TEXT, **{f"x{n}": "" for n in range(safe.ENTRIES)}), "bất thường"),
    (b"\xff\xd8\xff" + b"0" * safe.LARGEST, "10 MB")])
def test_what_is_not_taken_is_told_why(content, said):
    with pytest.raises(Unsafe, match=said):
        made(content)


@pytest.mark.parametrize("content, becomes", [
    (pictures.PDF, safe.PDF), (pictures.office(**pictures.TEXT), safe.DOCX),
    (pictures.office(xl__workbook_xml="x").replace(b"workbook_xml", b"workbook.xml"), safe.XLSX)])
def test_documents_are_known_by_what_is_in_them_and_kept_as_they_are(content, becomes):
    kept = made(content, "Công văn 12.exe")
    assert kept.content_type == becomes and kept.content == content and kept.small == b""
    assert kept.name == f"Công văn 12.{safe.EXTENSIONS[becomes]}"


@pytest.mark.parametrize("name, becomes", [
    ("../../etc/passwd", "passwd.jpg"), ("C:\\Ảnh\\hố ga.JPG", "hố ga.jpg"), ("\u202egpj.exe", "gpj.jpg"),
    ("a\r\nSet-Cookie: x.jpg", "aSet-Cookie: x.jpg"), ("...", "tep.jpg"), ("", "tep.jpg"),
    ("x" * 300, f"{'x' * 100}.jpg")])
def test_a_name_is_a_name_and_no_path(name, becomes):
    assert made(pictures.photo(8, 8), name).name == becomes


@given(st.binary(max_size=400), st.sampled_from([b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF1234WEBP", b"PK\x03\x04",
                                                 b"%PDF-", b""]))
def test_any_bytes_are_taken_or_refused_in_words(content, head):
    try:
        assert made(head + content).content
    except Unsafe as fault:
        assert str(fault)


def test_a_zip_that_lies_about_itself_is_never_unpacked(monkeypatch):
    sent = pictures.office(**pictures.TEXT)
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *_words, **_more: pytest.fail("unpacked"))
    assert made(sent).content_type == safe.DOCX
