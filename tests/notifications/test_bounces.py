"""Mail that comes back and complaints end the mail to that address; nobody else can end it."""

import io

import pytest
from click.testing import CliRunner

from commentsvc.cli import main
from commentsvc.core.database import db
from commentsvc.core.web import house
from commentsvc.notifications import bounces
from commentsvc.notifications.models import Recipient, Stopped

ROSA, BEN = "rosa@example.org", "ben@example.org"

BOUNCE = """From: MAILER-DAEMON@mail.example
To: comments@herald.example
Subject: Undelivered
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

It could not be delivered.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example

Final-Recipient: rfc822; rosa@example.org
Action: {action}
Status: {status}

--b
Content-Type: {returned}

Message-ID: <{uid}@herald.example>
Subject: A reply

--b--
"""
COMPLAINT = """From: abuse@mail.example
Subject: FW: A reply
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="b"

--b
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: Example/1.0
Version: 1

--b
Content-Type: message/rfc822

Message-ID: <{uid}@herald.example>
Subject: A reply

Text
--b--
"""
UID = "msg_" + "0123456789abcdef" * 1 + "01234567"


def bounced(uid=UID, action="failed", status="5.1.1", returned="text/rfc822-headers") -> bytes:
    return BOUNCE.format(uid=uid, action=action, status=status, returned=returned).encode()


@pytest.mark.parametrize("returned", ["text/rfc822-headers", "message/rfc822"])
def test_a_failure_for_good_names_its_letter(returned):
    assert list(bounces.reports_in(bounced(returned=returned))) == [(UID, Stopped.BOUNCE)]


def test_a_complaint_names_its_letter():
    assert list(bounces.reports_in(COMPLAINT.format(uid=UID).encode())) == [(UID, Stopped.COMPLAINT)]


@pytest.mark.parametrize(
    "raw",
    [
        bounced(action="delayed", status="4.4.1"),
        bounced(action="failed", status="4.2.2"),
        bounced(action="delivered", status="2.0.0"),
        bounced(uid="somebody-elses-letter"),
        b"",
        b"\xff\xfe\x00",
        b"Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\n--b--",
        b"Subject: On holiday\n\nI am back on Monday.",
    ],
)
def test_what_is_no_failure_for_good_says_nothing(raw):
    assert list(bounces.reports_in(raw)) == []


def test_an_mbox_is_read_message_by_message():
    mbox = b"From a@b Mon\n" + bounced() + b"\nFrom a@b Tue\n" + COMPLAINT.format(uid=UID).encode()
    read = [report for raw in bounces.messages_in(io.BytesIO(mbox)) for report in bounces.reports_in(raw)]
    assert read == [(UID, Stopped.BOUNCE), (UID, Stopped.COMPLAINT)]


@pytest.fixture
def letter(mail):
    """A letter that Rosa got, and the comment of hers that others answer."""
    comment = mail.reader()
    mail.post(BEN, parent=str(comment), text="The first reply")
    mail.deliver()
    [letter] = mail.to(ROSA)
    return letter, comment


def door(mail) -> str:
    with mail.app.app_context():
        return f"/mail/bounces/{bounces.secret(house().keys)}"


@pytest.mark.parametrize("kind", ["bounce", "complaint"])
def test_a_report_ends_the_mail_to_its_address(app, mail, letter, kind):
    said, comment = letter
    answer = mail.client.post(door(mail), json={"message_id": said["Message-ID"], "kind": kind})
    mail.post(BEN, parent=str(comment), text="The second reply")
    mail.receipts.pop(ROSA)
    mail.post(notify="all")  # not even another question
    mail.deliver()
    with app.app_context():
        assert db.session.query(Recipient.stopped_because).one() == (kind,)
    assert (answer.json, len(mail.to(ROSA))) == ({"known": True}, 1)


def test_a_letter_nobody_knows_ends_nothing(app, mail, letter):
    answer = mail.client.post(door(mail), json={"uid": UID, "kind": "bounce"})
    with app.app_context():
        assert (answer.json, db.session.query(Recipient.stopped_at).one()) == ({"known": False}, (None,))


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"uid": UID, "kind": "boredom"}, 422),
        ({"uid": "1", "kind": "bounce"}, 422),
        ({"kind": "bounce"}, 422),
        ({"uid": 5, "kind": "bounce"}, 422),
        ([], 422),
    ],
)
def test_a_report_that_cannot_be_read_is_refused(mail, sent, status):
    assert mail.client.post(door(mail), json=sent).status_code == status


def test_without_the_secret_there_is_no_door(mail, letter):
    said, _ = letter
    report = {"message_id": said["Message-ID"], "kind": "bounce"}
    assert {mail.client.post(f"/mail/bounces/{guess}", json=report).status_code for guess in ("x", "0" * 40, "é")} == {
        404
    }


def test_the_log_says_whose_mail_ended_without_an_address(mail, letter, caplog):
    said, _ = letter
    mail.client.post(door(mail), json={"message_id": said["Message-ID"], "kind": "complaint"})
    assert "gets no more mail: complaint" in caplog.text
    assert "@" not in caplog.text


def test_the_command_reads_a_report_from_standard_input(mail, letter):
    said, _ = letter
    raw = bounced(uid=bounces.uid_in(said["Message-ID"]))
    run = CliRunner().invoke(main.commands["bounces"], ["-"], input=raw, obj=lambda: mail.app)
    assert (run.exit_code, run.output.strip()) == (0, "1 read, 1 of them about a letter of ours.")


def test_the_command_says_where_reports_may_be_sent(mail):
    run = CliRunner().invoke(main.commands["bounces"], ["--address"], obj=lambda: mail.app)
    assert run.output.strip() == f"https://comments.herald.example{door(mail)}"


def test_the_command_lets_an_address_get_mail_again(app, mail, letter):
    said, _ = letter
    mail.client.post(door(mail), json={"message_id": said["Message-ID"], "kind": "bounce"})

    def lift(address: str) -> tuple[int, str]:
        run = CliRunner().invoke(main.commands["bounces"], ["--lift", address], obj=lambda: mail.app)
        return run.exit_code, run.output.strip()

    assert (lift(BEN), lift(ROSA.upper()), lift(ROSA)) == (
        (0, "It was not stopped."),
        (0, "It gets mail again."),
        (0, "It was not stopped."),
    )
    with app.app_context():
        assert {each.stopped_at for each in db.session.query(Recipient)} == {None}
