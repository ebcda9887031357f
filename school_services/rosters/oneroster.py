"""OneRoster 1.2 CSV (1EdTech, bulk), in and out of plain values; sets of version 1.1 are read as well. Pure.

A set is a zip of CSV files. It is somebody else's: bounded before it is unpacked, every reference between its files
looked up, every problem with its file and line.
"""

from __future__ import annotations

import csv
import datetime
import io
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from school_services.errors import Invalid

from . import import_rules
from .import_rules import LABELS, RowProblem, StudentRow

MAX_UNPACKED: Final = 100 * 1024 * 1024
MAX_ROWS: Final = 200_000
ABSENT: Final = "-"  # a family name that is not there: the standard wants one

_BASE = ("sourcedId", "status", "dateLastModified")
HEADINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "academicSessions": (*_BASE, "title", "type", "startDate", "endDate", "parentSourcedId", "schoolYear"),
    "classes": (*_BASE, "title", "grades", "courseSourcedId", "classCode", "classType", "location", "schoolSourcedId",
                "termSourcedIds", "subjects", "subjectCodes", "periods"),
    "courses": (*_BASE, "schoolYearSourcedId", "title", "courseCode", "grades", "orgSourcedId", "subjects",
                "subjectCodes"),
    "demographics": (*_BASE, "birthDate", "sex", "americanIndianOrAlaskaNative", "asian", "blackOrAfricanAmerican",
                     "nativeHawaiianOrOtherPacificIslander", "white", "demographicRaceTwoOrMoreRaces",
                     "hispanicOrLatinoEthnicity", "countryOfBirthCode", "stateOfBirthAbbreviation", "cityOfBirth",
                     "publicSchoolResidenceStatus"),
    "enrollments": (*_BASE, "classSourcedId", "schoolSourcedId", "userSourcedId", "role", "primary", "beginDate",
                    "endDate"),
    "orgs": (*_BASE, "name", "type", "identifier", "parentSourcedId"),
    "roles": (*_BASE, "userSourcedId", "roleType", "role", "beginDate", "endDate", "orgSourcedId",
              "userProfileSourcedId"),
    "users": (*_BASE, "enabledUser", "username", "userIds", "givenName", "familyName", "middleName", "identifier",
              "email", "sms", "phone", "agentSourcedIds", "grades", "password", "userMasterIdentifier",
              "preferredGivenName", "preferredMiddleName", "preferredFamilyName", "primaryOrgSourcedId", "pronouns"),
}  # fmt: skip
# What a set may hold besides; the manifest names every file, present or not.
_OTHERS = ("categories", "classResources", "courseResources", "lineItemLearningObjectiveIds", "lineItems",
           "lineItemScoreScales", "resources", "resultLearningObjectiveIds", "results", "resultScoreScales",
           "scoreScales", "userProfiles", "userResources")  # fmt: skip
_OLD_NAMES = {"birthdate": "birthDate", "grade": "grades"}  # of 1.0 and 1.1


@dataclass(frozen=True, slots=True)
class Line:
    """One record; `line` as a spreadsheet shows it."""

    line: int
    values: dict[str, str]

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")


@dataclass(slots=True)
class Bundle:
    """Records that are not to be deleted, by file; `problems` of form and of references."""

    files: dict[str, list[Line]] = field(default_factory=dict)
    problems: list[RowProblem] = field(default_factory=list)

    def rows(self, name: str) -> list[Line]:
        return self.files.get(name, [])


def is_bundle(content: bytes) -> bool:
    """Whether this is a zip with users.csv in it (a workbook is a zip too)."""
    if not content.startswith(b"PK\x03\x04"):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return any(_stem(name) == "users" for name in archive.namelist())
    except zipfile.BadZipFile:
        return False


def _stem(name: str) -> str:
    base = name.rsplit("/", 1)[-1]
    return base[:-4] if base.endswith(".csv") and not base.startswith(".") else ""


def read(content: bytes) -> Bundle:
    """Raises `Invalid`: `import_too_large`, `import_unreadable`, `oneroster_files` (`files` that are missing)."""
    bundle = Bundle()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = {_stem(part.filename): part for part in archive.infolist() if _stem(part.filename) in HEADINGS}
            if sum(part.file_size for part in parts.values()) > MAX_UNPACKED:
                raise Invalid("import_too_large", limit_mb=MAX_UNPACKED // 1024 // 1024)
            missing = [f"{name}.csv" for name in ("users", "classes", "enrollments") if name not in parts]
            if missing:
                raise Invalid("oneroster_files", files=", ".join(missing))
            for name, part in parts.items():
                with archive.open(part) as file:
                    text = file.read(part.file_size + 1).decode("utf-8-sig")
                bundle.files[name] = list(_lines(name, text, bundle.problems))
    except (zipfile.BadZipFile, UnicodeDecodeError, csv.Error, NotImplementedError, RuntimeError, OSError):
        raise Invalid("import_unreadable") from None
    _check_references(bundle)
    return bundle


def _lines(name: str, text: str, problems: list[RowProblem]) -> Iterable[Line]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    old = _OLD_NAMES | ({"userSourcedId": "sourcedId"} if name == "demographics" else {})
    head = [old.get(cell.strip(), cell.strip()) for cell in next(reader, [])]
    if "sourcedId" not in head:
        problems.append(RowProblem(1, f"{name}.csv", "oneroster_heading", "sourcedId"))
        return
    seen: dict[str, int] = {}
    for count, cells in enumerate(reader, 1):
        if count > MAX_ROWS:
            raise Invalid("import_too_many_rows", limit=MAX_ROWS)
        if not any(cell.strip() for cell in cells):
            continue
        line = Line(reader.line_num, {key: cell.strip() for key, cell in zip(head, cells, strict=False)})
        key = line["sourcedId"]
        if len(cells) > len(head):
            problems.append(RowProblem(line.line, f"{name}.csv", "oneroster_cells", str(len(cells))))
        elif not key:
            problems.append(RowProblem(line.line, f"{name}.csv sourcedId", "empty"))
        elif key in seen:
            problems.append(RowProblem(line.line, f"{name}.csv sourcedId", "repeated", key[:30], seen[key]))
        elif line["status"].casefold() != "tobedeleted":
            seen[key] = line.line
            yield line


def _check_references(bundle: Bundle) -> None:
    known = {name: {line["sourcedId"] for line in lines} for name, lines in bundle.files.items()}
    for name, column, target in (
        ("enrollments", "userSourcedId", "users"),
        ("enrollments", "classSourcedId", "classes"),
        ("roles", "userSourcedId", "users"),
        ("demographics", "sourcedId", "users"),
        ("classes", "courseSourcedId", "courses"),
        ("classes", "schoolSourcedId", "orgs"),
    ):
        if target not in known:
            continue
        for line in bundle.rows(name):
            if line[column] and line[column] not in known[target]:
                bundle.problems.append(
                    RowProblem(line.line, f"{name}.csv {column}", "oneroster_reference", line[column][:30])
                )


def students(bundle: Bundle, *, today: datetime.date) -> tuple[list[StudentRow], list[RowProblem]]:
    """The students of a set as the import of a school takes them; problems name the line of users.csv.

    Code: `identifier`, else `username`. Class: the homeroom class, else the one class whose title is a class's name.
    """
    roles = {line["userSourcedId"] for line in bundle.rows("roles") if line["role"].casefold() == "student"}
    by_user: dict[str, list[str]] = {}
    for line in bundle.rows("enrollments"):
        if line["role"].casefold() == "student" and not (line["endDate"] and line["endDate"] <= today.isoformat()):
            by_user.setdefault(line["userSourcedId"], []).append(line["classSourcedId"])
    classes = {line["sourcedId"]: line for line in bundle.rows("classes")}
    people = {line["sourcedId"]: line for line in bundle.rows("demographics")}
    table: list[list[str]] = [list(LABELS.values())]
    origin: list[int] = [1]
    for user in bundle.rows("users"):
        key = user["sourcedId"]
        if not (user["role"].casefold() == "student" or key in roles or key in by_user):
            continue
        person = people.get(key)
        born = person["birthDate"] if person else ""
        sex = {"male": "1", "female": "2"}.get(person["sex"].casefold() if person else "", "")
        found = [classes[pk] for pk in by_user.get(key, []) if pk in classes]
        table.append([user["identifier"] or user["username"], full_name(user), born, sex, _class_name(found)])
        origin.append(user.line)
    rows, problems = import_rules.parse(table, today=today)
    at = dict(enumerate(origin, 1))
    return (
        [replace(row, line=at[row.line]) for row in rows],
        bundle.problems
        + [
            replace(p, line=at[p.line], column=f"users.csv – {p.column}", other_line=at.get(p.other_line, 0))
            for p in problems
        ],
    )


def _class_name(found: list[Line]) -> str:
    homeroom = [line for line in found if line["classType"].casefold() == "homeroom"]
    named = homeroom or [line for line in found if import_rules.grade_of(line["title"]) is not None] or found
    return named[0]["title"] if named else ""


def full_name(user: Line) -> str:
    """Family name first, as here."""
    parts = (user["familyName"], user["middleName"], user["givenName"])
    return " ".join(part for part in parts if part and part != ABSENT)


def split_name(name: str) -> tuple[str, str, str]:
    """(family, middle, given) of a Vietnamese name; `full_name` puts it together again."""
    words = name.split()
    if len(words) == 1:
        return ABSENT, "", words[0]
    return words[0], " ".join(words[1:-1]), words[-1]


def write(files: Mapping[str, Iterable[Mapping[str, str]]], *, system: str, code: str) -> bytes:
    """A bulk set with its manifest."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        manifest = [("manifest.version", "1.0"), ("oneroster.version", "1.2")]
        manifest += [(f"file.{name}", "bulk" if name in files else "absent") for name in sorted((*HEADINGS, *_OTHERS))]
        manifest += [("source.systemName", system), ("source.systemCode", code)]
        archive.writestr("manifest.csv", _csv(("propertyName", "value"), manifest))
        for name, rows in files.items():
            head = HEADINGS[name]
            archive.writestr(f"{name}.csv", _csv(head, ([row.get(column, "") for column in head] for row in rows)))
    return out.getvalue()


def _csv(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows(rows)
    return text.getvalue()
