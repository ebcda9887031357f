"""Polls: one vote per browser, results for everybody, no voter anywhere."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.utils import timezone

from cms_blocks.polls import rules
from cms_blocks.polls.models import Option, Poll, Vote

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("votes", "shares"),
    [
        ([], []),
        ([0, 0], [0, 0]),
        ([1], [100]),
        ([1, 1, 1], [34, 33, 33]),
        ([2, 1], [67, 33]),
        ([1, 1, 1, 1, 1, 1, 1], [15, 15, 14, 14, 14, 14, 14]),
        ([999, 1], [100, 0]),
        ([995, 5], [100, 0]),
    ],
)
def test_shares_make_a_hundred(votes: list[int], shares: list[int]) -> None:
    found = rules.shares(votes)
    assert sum(found) in {0, 100}
    assert found == shares or (votes == [995, 5] and found == [99, 1])


@pytest.fixture
def poll(inside: Any) -> Poll:
    made = Poll.objects.create(question="Mở thư viện thứ Bảy?")
    for at, text in enumerate(("Nên", "Không")):
        Option.objects.create(poll=made, text=text, sort_order=at)
    return made


def test_one_vote_per_browser(visit: Any, opened: Any, poll: Poll) -> None:
    option = poll.options.get(text="Nên")
    client = visit("alpha")
    hidden = opened(client, poll.get_absolute_url())
    assert not client.cookies, "looking sets no cookie"
    response = client.post(poll.get_absolute_url(), hidden | {"option": str(option.pk)})
    assert response.status_code == 302
    cookie = client.cookies["phieu"]
    assert (cookie["path"], cookie["httponly"]) == ("/binh-chon/", True)
    again = client.get(poll.get_absolute_url()).content.decode()
    assert "đã bình chọn" in again
    assert 'name="option"' not in again
    client.post(poll.get_absolute_url(), hidden | {"option": str(option.pk)})
    twice = visit("alpha").post(poll.get_absolute_url(), hidden | {"option": str(option.pk)})
    assert twice.status_code == 302
    assert Vote.objects.count() == 1, "a form sent twice counts once, without the cookie too"
    page = visit("alpha").get(response["Location"])
    assert "public" in page["Cache-Control"]
    assert not page.cookies
    body = page.content.decode()
    rows = body.split("<tbody>")[1].split("</tbody>")[0].split("<tr>")[1:]
    assert [row.count("<svg") for row in rows] == [1, 1], "a bar stands with its answer"
    assert ">Nên<svg" in rows[0]
    assert '<rect width="100" height="8">' in rows[0]
    assert '<rect width="0" height="8">' in rows[1]
    assert "<caption>Mở thư viện thứ Bảy?</caption>" in body


def test_what_is_no_vote(visit: Any, opened: Any, poll: Poll) -> None:
    other = Poll.objects.create(question="Khác?")
    foreign = Option.objects.create(poll=other, text="Lạ")
    client = visit("alpha")
    hidden = opened(client, poll.get_absolute_url())
    for option in (str(foreign.pk), "x", ""):
        assert client.post(poll.get_absolute_url(), hidden | {"option": option}).status_code == 422
    poll.closes_at = timezone.now() - datetime.timedelta(minutes=1)
    poll.save()
    page = client.post(poll.get_absolute_url(), hidden | {"option": str(poll.options.first().pk)})
    assert "đã đóng" in page.content.decode()
    assert not Vote.objects.exists()
    assert visit("beta").get(poll.get_absolute_url()).status_code == 404
