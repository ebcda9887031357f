"""Word files made for the tests: the few parts that Word itself writes, and what an attacker would."""

from __future__ import annotations

import io
import zipfile

from PIL import Image

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
DRAWING = (
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"'
)
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/>'
    '<Default Extension="jpg" ContentType="image/jpeg"/><Default Extension="emf" ContentType="image/x-emf"/>'
    '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
STYLES = (
    f"<w:styles {W}>"
    + "".join(
        f'<w:style w:type="paragraph" w:styleId="{key}"><w:name w:val="{name}"/></w:style>'
        for key, name in (("Title", "Title"), ("H1", "heading 1"), ("H2", "heading 2"), ("H3", "heading 3"))
    )
    + "</w:styles>"
)
NUMBERING = (
    f'<w:numbering {W}><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/></w:lvl>'
    '<w:lvl w:ilvl="1"><w:numFmt w:val="bullet"/></w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
)


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraph(inner: str, style: str = "", item: int | None = None) -> str:
    inner = inner if inner.startswith("<") else run(inner)
    number = "" if item is None else f'<w:numPr><w:ilvl w:val="{item}"/><w:numId w:val="1"/></w:numPr>'
    return f"<w:p><w:pPr>{f'<w:pStyle w:val={chr(34)}{style}{chr(34)}/>' if style else ''}{number}</w:pPr>{inner}</w:p>"


def cell(text: str, *, across: int = 1, merge: str = "") -> str:
    down = {"": "", "restart": '<w:vMerge w:val="restart"/>', "on": "<w:vMerge/>"}[merge]
    return f'<w:tc><w:tcPr><w:gridSpan w:val="{across}"/>{down}</w:tcPr>{paragraph(run(text))}</w:tc>'


def table(*rows: str) -> str:
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in rows)}</w:tbl>"


def picture(relation: str, alt: str = "", attribute: str = "embed") -> str:
    return (
        f'<w:p><w:r><w:drawing><wp:inline {DRAWING}><wp:docPr id="1" name="Picture" descr="{alt}"/><a:graphic><a:graphicData>'
        f'<pic:pic><pic:blipFill><a:blip r:{attribute}="{relation}"/></pic:blipFill></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>'
    )


def link(relation: str, text: str) -> str:
    return f'<w:hyperlink r:id="{relation}">{run(text)}</w:hyperlink>'


def png(size: tuple[int, int] = (40, 30), kind: str = "PNG", **options: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (10, 120, 90)).save(out, kind, **options)
    return out.getvalue()


def docx(
    body: str,
    *,
    files: dict[str, bytes] | None = None,
    relations: str = "",
    extra: dict[str, bytes | str] | None = None,
) -> bytes:
    """A .docx whose document holds `body`; `files`: media by name, related as rId-<name>; `extra` replaces or adds parts."""
    related = "".join(f'<Relationship Id="rId-{n}" Type="{OFFICE}/image" Target="media/{n}"/>' for n in files or {})
    rels = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    parts: dict[str, bytes | str] = {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": f'{rels}<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/document.xml": f'<?xml version="1.0" encoding="UTF-8"?><w:document {W}><w:body>{body}</w:body></w:document>',
        "word/_rels/document.xml.rels": f'{rels}<Relationship Id="rIdS" Type="{OFFICE}/styles" Target="styles.xml"/>'
        f'<Relationship Id="rIdN" Type="{OFFICE}/numbering" Target="numbering.xml"/>{related}{relations}</Relationships>',
        "word/styles.xml": STYLES,
        "word/numbering.xml": NUMBERING,
        **{f"word/media/{name}": content for name, content in (files or {}).items()},
        **(extra or {}),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def letter() -> bytes:
    """A page as a school writes it: title, headings, list in list, merged table, two pictures, a link and a bad one."""
    return docx(
        paragraph("Kế hoạch Hội khỏe Phù Đổng", "Title")
        + paragraph(
            run("Nhà trường tổ chức ")
            + run("Hội khỏe", "<w:b/>")
            + run(" vào ")
            + run("ngày 12/12", "<w:i/>")
            + link("rIdL", " tại đây")
            + link("rIdJ", " xấu")
        )
        + paragraph("Thời gian", "H1")
        + paragraph("Sáng: chạy, bật xa", item=0)
        + paragraph("Khối 6 trước", item=1)
        + paragraph("Chiều: kéo co", item=0)
        + picture("rId-a.png", "Học sinh chạy trên sân")
        + paragraph("Chi tiết", "H2")
        + paragraph("Bảng 1. Phân công")
        + table(
            cell("Buổi", merge="restart") + cell("Khối", across=2),
            cell("", merge="on") + cell("6") + cell("7"),
            cell("Sáng") + cell("Cô Lan") + cell("Thầy Hải"),
        )
        + picture("rId-b.jpg")
        + paragraph("Xin cảm ơn."),
        files={"a.png": png(), "b.jpg": png((60, 40), "JPEG")},
        relations=f'<Relationship Id="rIdL" Type="{OFFICE}/hyperlink" Target="https://example.edu.vn/?a=1&amp;b=2" TargetMode="External"/>'
        f'<Relationship Id="rIdJ" Type="{OFFICE}/hyperlink" Target="javascript:alert(1)" TargetMode="External"/>',
    )
