"""ZKTeco ADMS / PUSH, the text protocol of attendance terminals: bodies in, records out; answers. Pure.

The device always calls: it uploads tables, asks for commands and reports what became of them. It repeats an upload
until it is answered `OK: n`, where n is the number of lines it sent, bad and known ones included: a server that
counts only what it liked makes the device send the same line for ever. Firmware differs: 2 to 11 columns, `\\r\\n` or
`\\n`, Unix seconds instead of a date. Fingerprints, faces and passwords are passed over unread.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from school_services.names import fold

LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")
PIN = re.compile(r"[0-9A-Za-z]{1,24}")
_DATE = "%Y-%m-%d %H:%M:%S"
_EARLIEST = 2000  # years: a terminal without a battery starts in 1970 or 2000
_NAME_LENGTH = 24
# What a terminal may send of a person that we neither want nor may keep (Law 91/2025: biometric data).
_DROPPED = ("FP", "FACE", "BIODATA", "BIOPHOTO", "USERPIC", "FVEIN")


@dataclass(frozen=True, slots=True)
class Punch:
    """`status`: 0 in, 1 out, 2/3 break out/in, 4/5 overtime in/out, 255 unknown.

    `verify`: 1 finger, 2/4 card, 15 face.
    """

    pin: str
    at: datetime.datetime
    status: int = 255
    verify: int = 0


@dataclass(frozen=True, slots=True)
class Upload:
    """What a body held. `lines`: non-blank lines, the number to acknowledge; `bad`: those that say nothing."""

    punches: tuple[Punch, ...]
    bad: int
    lines: int

    @property
    def answer(self) -> str:
        return acknowledge(self.lines)


def acknowledge(lines: int) -> str:
    return f"OK: {lines}" if lines else "OK"


def _lines(body: str) -> list[str]:
    return [line for line in body.replace("\r\n", "\n").replace("\r", "\n").split("\n") if line.strip()]


def _moment(text: str) -> datetime.datetime | None:
    """Local time of the school, from a date or from Unix seconds; None for what is neither or cannot be."""
    text = text.strip()
    try:
        if text.isascii() and text.isdigit() and 9 <= len(text) <= 10:
            moment = datetime.datetime.fromtimestamp(int(text), LOCAL)
        else:
            moment = datetime.datetime.strptime(text, _DATE).replace(tzinfo=LOCAL)
    except (ValueError, OverflowError, OSError):
        return None
    return moment if moment.year > _EARLIEST else None


def _small(text: str, default: int) -> int:
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else default


def parse_attlog(body: str) -> Upload:
    """Table ATTLOG: `PIN, time, status, verify, …` parted by tabs."""
    lines = _lines(body)
    punches = []
    for line in lines:
        fields = line.split("\t")
        pin = fields[0].strip()
        moment = _moment(fields[1]) if len(fields) > 1 else None
        if moment is None or not PIN.fullmatch(pin):
            continue
        status = _small(fields[2], 255) if len(fields) > 2 else 255
        punches.append(Punch(pin, moment, status, _small(fields[3], 0) if len(fields) > 3 else 0))
    return Upload(tuple(punches), len(lines) - len(punches), len(lines))


def parse_rtlog(body: str) -> Upload:
    """Table `rtlog` of access terminals (push 3.x): `time=…<TAB>pin=…<TAB>inoutstatus=…<TAB>verifytype=…`.

    A line without a person (a door that was opened) is no punch and not bad.
    """
    lines = _lines(body)
    punches, bad = [], 0
    for line in lines:
        fields = _fields(line)
        pin, moment = fields.get("pin", ""), _moment(fields.get("time", ""))
        if moment is None:
            bad += 1
        elif PIN.fullmatch(pin) and pin != "0":
            status = _small(fields.get("inoutstatus", ""), 255)
            punches.append(Punch(pin, moment, status, _small(fields.get("verifytype", ""), 0)))
    return Upload(tuple(punches), bad, len(lines))


def _fields(line: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in line.split("\t"))
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


@dataclass(frozen=True, slots=True)
class OperationLog:
    """Table OPERLOG. `kinds`: first word of each line → how many; nothing of what the lines said is kept."""

    kinds: Mapping[str, int]
    dropped: int
    lines: int

    @property
    def answer(self) -> str:
        return acknowledge(self.lines)


def parse_operlog(body: str) -> OperationLog:
    lines = _lines(body)
    kinds: dict[str, int] = {}
    for line in lines:
        kind = line.split(maxsplit=1)[0].upper()[:12]
        kinds[kind] = kinds.get(kind, 0) + 1
    dropped = sum(count for kind, count in kinds.items() if kind.startswith(_DROPPED))
    return OperationLog(kinds, dropped, len(lines))


def answer_tabledata(tablename: str, body: str) -> str:
    """`user=n`: the count must carry the table's name, or the device sends the same for ever."""
    name = tablename if re.fullmatch(r"[a-z0-9_]{1,32}", tablename) else "data"
    return f"{name}={len(_lines(body))}"


@dataclass(frozen=True, slots=True)
class CommandResult:
    """What became of a command: `code` ≥ 0 is done."""

    id: str
    code: int
    command: str

    @property
    def ok(self) -> bool:
        return self.code >= 0


def parse_command_results(body: str) -> tuple[CommandResult, ...]:
    """Lines `ID=15&Return=0&CMD=DATA`; lines without a number are passed over."""
    found = []
    for line in _lines(body):
        values = {name.strip().upper(): value.strip() for name, _, value in (p.partition("=") for p in line.split("&"))}
        number, code = values.get("ID", ""), values.get("RETURN", "")
        if re.fullmatch(r"[0-9]{1,18}", number) and re.fullmatch(r"-?[0-9]{1,9}", code):
            found.append(CommandResult(number, int(code), values.get("CMD", "")[:32]))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Command:
    id: int
    text: str

    @property
    def line(self) -> str:
        return f"C:{self.id}:{self.text}"


def ascii_name(name: str) -> str:
    """A name as the terminal's display can show it: at most 24 ASCII capitals."""
    plain = re.sub(r"[^A-Z0-9 .-]", "", fold(name).upper())
    return " ".join(plain.split())[:_NAME_LENGTH].rstrip()


def update_user(pin: str, name: str, card: str = "") -> str:
    if not PIN.fullmatch(pin) or not re.fullmatch(r"[0-9]{0,20}", card):
        raise ValueError("a terminal takes letters and digits as PIN and digits as card")
    return f"DATA UPDATE USERINFO PIN={pin}\tName={ascii_name(name)}\tPri=0\tCard={card}\tGrp=1"


def delete_user(pin: str) -> str:
    if not PIN.fullmatch(pin):
        raise ValueError("a terminal takes letters and digits as PIN")
    return f"DATA DELETE USERINFO PIN={pin}"


def query_attlog(start: datetime.datetime, end: datetime.datetime) -> str:
    """Send again what the terminal has of this time: after a failure on our side."""
    first, last = (moment.astimezone(LOCAL).strftime(_DATE) for moment in (start, end))
    return f"DATA QUERY ATTLOG StartTime={first}\tEndTime={last}"


def answer_commands(commands: Iterable[Command]) -> str:
    return "\n".join(command.line for command in commands) or "OK"


def handshake(serial: str, *, attlog_stamp: str = "", operlog_stamp: str = "", delay: int = 10) -> str:
    """The options a terminal asks for when it starts. `attlog_stamp`: the last we took; empty: send everything.

    `ServerVer` must be there: some rebrands do not upload old records without it.
    """
    options = {
        "ATTLOGStamp": attlog_stamp or "None",
        "OPERLOGStamp": operlog_stamp or "9999",
        "ATTPHOTOStamp": "None",
        "ErrorDelay": "30",
        "Delay": str(delay),
        "TransTimes": "00:00;14:05",
        "TransInterval": "1",
        "TransFlag": "TransData AttLog OpLog",
        "TimeZone": "7",
        "Realtime": "1",
        "Encrypt": "None",
        "ServerVer": "2.4.1",
        "PushProtVer": "2.4.1",
    }
    return "\n".join([f"GET OPTION FROM: {serial}", *(f"{name}={value}" for name, value in options.items())]) + "\n"


def serial_of(text: str) -> str | None:
    """A serial number as makers write them, or None."""
    return text if re.fullmatch(r"[A-Za-z0-9_-]{4,40}", text) else None
