"""Letters in the layout of NĐ 30/2020, as real PDFs: text placed in two columns, a composite font whose letters are known by
a ToUnicode map alone, as office programs write them."""

from __future__ import annotations

import zlib

Line = tuple[float, float, str]  # x, y in points from the top left, text


def pdf(*pages: list[Line], extra: dict[str, str] | None = None, catalog: str = "", compress: bool = True) -> bytes:
    """A PDF of these pages. `extra`: more objects by name, referred to in `catalog` as {name}."""
    letters = sorted({character for page in pages for _, _, text in page for character in text})
    code = {character: place + 1 for place, character in enumerate(letters)}
    rows = [f"<{code[c]:04X}> <{c.encode('utf-16-be').hex().upper()}>" for c in letters]
    blocks = [rows[start : start + 100] for start in range(0, len(rows), 100)]
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def\n"
        "1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
        + "".join(f"{len(b)} beginbfchar\n" + "\n".join(b) + "\nendbfchar\n" for b in blocks)
        + "endcmap end end"
    )
    objects: dict[int, bytes] = {}

    def stream(body: bytes) -> bytes:
        data = zlib.compress(body) if compress else body
        how = b" /Filter /FlateDecode" if compress else b""
        return b"<< /Length %d%s >>\nstream\n%s\nendstream" % (len(data), how, data)

    names = {name: 10 + place for place, name in enumerate(extra or {})}
    first = 40
    kids = " ".join(f"{first + 2 * n} 0 R" for n in range(len(pages)))
    objects[1] = (
        f"<< /Type /Catalog /Pages 2 0 R {catalog.format(**{k: f'{v} 0 R' for k, v in names.items()})} >>".encode()
    )
    objects[2] = f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode()
    objects[3] = (
        b"<< /Type /Font /Subtype /Type0 /BaseFont /Times /Encoding /Identity-H /DescendantFonts [4 0 R] /ToUnicode 5 0 R >>"
    )
    objects[4] = (b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Times /CIDSystemInfo << /Registry (Adobe) /Ordering"
                  b" (Identity) /Supplement 0 >> /DW 500 /FontDescriptor 6 0 R >>")  # fmt: skip
    objects[5] = stream(cmap.encode())
    objects[6] = (b"<< /Type /FontDescriptor /FontName /Times /Flags 4 /FontBBox [0 -200 1000 900] /ItalicAngle 0 /Ascent 900"
                  b" /Descent -200 /CapHeight 700 /StemV 80 >>")  # fmt: skip
    for name, body in (extra or {}).items():
        objects[names[name]] = body.encode()
    for n, page in enumerate(pages):
        show = "".join(
            f"BT /F1 12 Tf 1 0 0 1 {x} {842 - y} Tm <{''.join(f'{code[c]:04X}' for c in text)}> Tj ET\n"
            for x, y, text in page
        )
        objects[first + 2 * n] = (
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {first + 2 * n + 1} 0 R"
            " /Resources << /Font << /F1 3 0 R >> >> >>"
        ).encode()
        objects[first + 2 * n + 1] = stream(show.encode())
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    places = {}
    for number in sorted(objects):
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, objects[number])
    table = len(out)
    out += b"xref\n"
    for number in sorted(places):
        out += b"%d 1\n%010d 00000 n \n" % (number, places[number])
    out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (max(objects) + 1, table)
    return bytes(out)


def head(upper: str, body: list[str], number: str, date: str) -> list[Line]:
    lines: list[Line] = [
        (60, 60, upper), (290, 60, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
        (320, 76, "Độc lập - Tự do - Hạnh phúc"), (90, 130, f"Số: {number}"), (330, 130, date),
    ]  # fmt: skip
    return lines + [(60, 76 + 16 * place, line) for place, line in enumerate(body)]


def decision() -> bytes:
    return pdf(
        [
            *head("UBND TỈNH TÂY NINH", ["SỞ GIÁO DỤC VÀ ĐÀO TẠO"], "07/QĐ-SGDĐT", "Tây Ninh, ngày 05 tháng 01 năm 2026"),
            (250, 170, "QUYẾT ĐỊNH"), (150, 188, "Ban hành Kế hoạch thời gian năm học 2026–2027"),
            (150, 204, "của giáo dục mầm non, giáo dục phổ thông"), (180, 230, "GIÁM ĐỐC SỞ GIÁO DỤC VÀ ĐÀO TẠO"),
            (60, 260, "Căn cứ Thông tư số 15/2026/TT-BGDĐT ngày 03 tháng 3 năm 2026 của Bộ trưởng;"),
            (60, 300, "Điều 1. Ban hành kèm theo Quyết định này Kế hoạch thời gian năm học."),
            (60, 320, "Điều 2. Quyết định này có hiệu lực kể từ ngày 01 tháng 02 năm 2026 và thay thế"),
            (60, 336, "Quyết định số 12/QĐ-SGDĐT ngày 10 tháng 8 năm 2025."),
            (60, 400, "Nơi nhận:"), (60, 416, "- Như Điều 2;"), (60, 432, "- Lưu: VT."),
            (380, 400, "KT. GIÁM ĐỐC"), (380, 416, "PHÓ GIÁM ĐỐC"), (380, 480, "Trần Thị Mẫu"),
        ]
    )  # fmt: skip


def letter() -> bytes:
    return pdf(
        [
            *head("SỞ GD&ĐT TÂY NINH", ["TRƯỜNG TRUNG HỌC PHỔ THÔNG", "NGUYỄN VĂN MẪU"], "128/THPTNVM-VP", "Tân Ninh, ngày 23 tháng 11 năm 2026"),
            (70, 150, "V/v mời họp cha mẹ học sinh"), (70, 166, "cuối học kì I"), (60, 110, "HỎA TỐC"),
            (180, 200, "Kính gửi: Cha mẹ học sinh các khối 10, 11, 12"),
            (60, 230, "Nhà trường kính mời quý phụ huynh dự họp lúc 7 giờ 30 ngày 13 tháng 12 năm 2026."),
            (60, 400, "Nơi nhận:"), (380, 400, "HIỆU TRƯỞNG"), (380, 470, "Lê Văn Ví Dụ"), (60, 416, "- Như trên;"),
        ]
    )  # fmt: skip


def scan() -> bytes:
    return pdf([])
