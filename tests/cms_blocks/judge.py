"""What an HTML validator and the content security policy say of a piece of a page."""

from __future__ import annotations

import re

import html5lib
from django.conf import settings


def problems(html: str) -> list[str]:
    """What a validator and the content security policy would say of a fragment."""
    found = []
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    tree = parser.parseFragment(html, container="div")
    found += [f"{code} {where} {data}" for where, code, data in parser.errors]
    ids = []
    for element in tree.iter():
        tag = str(element.tag)
        if tag == "script" and (not element.get("src") or element.text):
            found.append("inline script")
        if tag == "style" or element.get("style") is not None:
            found.append(f"inline style in {tag}")
        found += [f"{name} in {tag}" for name in map(str, element.attrib) if name.lower().startswith("on")]
        for name in ("href", "src", "data-frame", "poster", "action"):
            target = (element.get(name) or "").strip()
            if re.match(r"(?i)[\s\x00-\x1f]*(javascript|data|vbscript):", target):
                found.append(f"{name}={target[:40]}")
            elif tag in {"img", "source", "video"} and target.startswith(f"{settings.MEDIA_ORIGIN}/"):
                continue  # files of the portal, from the host without cookies
            elif tag == "iframe" or (tag in {"script", "img", "source", "video", "link"} and "//" in target):
                found.append(f"{tag} from another host: {target[:60]}")
        if tag == "img" and (element.get("alt") is None or not element.get("width")):
            found.append("img without alt or width")
        found += [f"figcaption in {tag}" for child in element if child.tag == "figcaption" and tag != "figure"]
        if element.get("id"):
            ids.append(element.get("id"))
            if not re.fullmatch(r"[A-Za-z][\w-]*", element.get("id")):
                found.append(f"id {element.get('id')}")
        for name in ("aria-labelledby", "headers", "aria-describedby"):
            missing = [key for key in (element.get(name) or "").split() if not tree.findall(f".//*[@id='{key}']")]
            if missing:
                found.append(f"{name} names nothing: {missing}")
    found += [f"id twice: {one}" for one in {one for one in ids if ids.count(one) > 1}]
    found += [
        f"left over: {mark}"
        for mark in ("{{", "{%", "&lt;script&gt;&lt;")
        if mark in html.replace("{{ 7|add:1 }}{% debug %}", "")
    ]
    return found
