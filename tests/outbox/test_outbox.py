"""What must reach the outside: kept with its cause, in order, once told never forgotten, undone in time never told."""

from datetime import timedelta
from time import sleep

import pytest

from commentsvc.core.database import db
from commentsvc.core.events import Fact, announce
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.outbox import lanes, service, work
from commentsvc.outbox.channels import Answer
from commentsvc.outbox.models import Attempt, Delivery, DeliveryStatus, Lane
from commentsvc.sites.service import site_named

DOWN = Answer(False, "connection refused")


def test_what_is_announced_reaches_its_receiver(outbox, postbox):
    outbox.say("first", "second")
    outbox.work()
    assert postbox.got == ["first", "second"]


def test_nothing_is_kept_of_what_failed(app, cast, outbox):
    with app.app_context(), pytest.raises(RuntimeError, match="changed my mind"):
        site = site_named("herald").id
        with unit_of_work():
            announce(Fact("first", site, "thing:1"))
            raise RuntimeError("changed my mind")
    assert outbox.events() == []


def test_a_fact_outside_a_unit_of_work_is_a_mistake():
    with pytest.raises(RuntimeError):
        announce(Fact("first", 1, "thing:1"))


def test_nobody_hears_before_the_time_to_undo_is_over(outbox, postbox, time):
    outbox.say("decided", wait=timedelta(seconds=30))
    outbox.work()
    early = list(postbox.got)
    time.pass_by(seconds=31)
    outbox.work()
    assert (early, postbox.got) == ([], ["decided"])


def test_what_was_undone_in_time_is_never_told(outbox, postbox, time):
    outbox.say("decided", wait=timedelta(seconds=30), cause="decision:1")
    assert outbox.cancel("decision:1") == {"decision:1"}
    time.pass_by(minutes=5)
    outbox.work()
    assert postbox.got == []


def test_what_went_out_cannot_be_taken_back(outbox):
    outbox.say("decided", cause="decision:1")
    outbox.work()
    assert outbox.cancel("decision:1") == set()


def test_a_later_fact_waits_for_an_earlier_one_about_the_same_thing(outbox, postbox, time):
    outbox.say("approved", wait=timedelta(seconds=30))
    outbox.say("retracted")
    outbox.say("elsewhere", subject="thing:2")
    outbox.work()
    early = list(postbox.got)
    time.pass_by(seconds=31)
    outbox.work()
    assert (early, postbox.got) == (["elsewhere"], ["elsewhere", "approved", "retracted"])


def test_facts_are_numbered_in_the_order_they_are_told(outbox, time):
    outbox.say("late", wait=timedelta(seconds=30))
    outbox.say("soon", subject="thing:2")
    outbox.work()
    time.pass_by(seconds=31)
    outbox.work()
    assert {event.type: event.seq for event in outbox.events()} == {"soon": 1, "late": 2}


def test_an_event_that_cannot_be_told_is_told_later_and_keeps_no_other(outbox, postbox, time, describes, caplog):
    describes["broken"] = lambda: {}["missing"]
    outbox.say("broken", "whole about it")
    outbox.say("elsewhere", subject="thing:2")
    outbox.work()
    early = list(postbox.got)
    del describes["broken"]
    time.pass_by(seconds=6)
    outbox.work()
    assert (early, postbox.got) == (["elsewhere"], ["elsewhere", "broken", "whole about it"])
    assert "could not be told" in caplog.text


def test_what_stays_untold_is_tried_ever_more_rarely(outbox, postbox, time, describes):
    describes["broken"] = lambda: {}["missing"]
    outbox.say("broken")
    waits = []
    for _ in range(9):
        outbox.work()
        [event] = outbox.events()
        waits.append(event.due_at - time())
        time.moment = event.due_at
    assert waits == [*lanes.BACK_OFF, lanes.BACK_OFF[-1], lanes.BACK_OFF[-1]]


def test_a_channel_that_cannot_be_told_of_an_event_silences_the_others_for_a_while_only(outbox, postbox, time, house):
    house.channels["broken"] = Broken()
    outbox.say("news")
    for _ in range(service.TRIES_TOGETHER):
        outbox.work()
        time.pass_by(minutes=6)
    early = list(postbox.got)
    outbox.work()
    assert (early, postbox.got) == ([], ["news"])


class Broken:
    name, pauses = "broken", True

    def made_by(self, event, now):
        raise KeyError("broken")


def test_an_undo_that_comes_while_it_is_told_comes_too_late_or_in_time_but_not_both(app, outbox, postbox, time):
    outbox.say("decided", cause="decision:1")
    with app.app_context():
        told = [service.tell(event, now=time()) for event in service.due(now=time())]
    taken_back = outbox.cancel("decision:1")
    with app.app_context(), unit_of_work():
        service.release(told, now=time())
    outbox.work()
    assert (taken_back, postbox.got, [event.seq for event in outbox.events()]) == (
        {"decision:1"},
        [],
        [None],
    )


def test_a_receiver_that_is_down_gets_everything_in_order_later(outbox, postbox, time):
    postbox.says = lambda delivery: DOWN
    outbox.say("first", "second")
    outbox.work()
    postbox.says = lambda delivery: Answer(True)
    postbox.got.clear()
    outbox.work()
    too_early = list(postbox.got)
    time.pass_by(seconds=10)
    outbox.work()
    assert (too_early, postbox.got) == ([], ["first", "second"])


def test_one_receiver_that_is_down_does_not_keep_others_waiting(outbox, postbox):
    postbox.says = lambda delivery: DOWN if delivery.lane_key == "anna" else Answer(True)
    outbox.say("news", to=("anna", "bert"))
    outbox.work()
    assert [each.lane_key for each in outbox.deliveries() if each.status == DeliveryStatus.SENT] == ["bert"]


def test_waits_grow_from_seconds_to_a_day(outbox, postbox, time):
    postbox.says = lambda delivery: DOWN
    outbox.say("first")
    waits = []
    for _ in lanes.BACK_OFF:
        outbox.work()
        waits.append(outbox.lane().next_at - time())
        time.moment = outbox.lane().next_at
    expected = lanes.BACK_OFF
    assert all(base <= wait <= base * 1.2 for base, wait in zip(expected, waits, strict=True)), waits


def test_a_receiver_down_for_a_day_misses_nothing(outbox, postbox, time):
    postbox.says = lambda delivery: DOWN
    began = time()
    while time() - began < timedelta(days=1):
        outbox.say(f"hour {(time() - began) // timedelta(hours=1)}")
        outbox.work()
        time.pass_by(hours=1)
    postbox.says = lambda delivery: Answer(True)
    postbox.got.clear()
    time.pass_by(days=2)
    outbox.work()
    assert postbox.got == [f"hour {hour}" for hour in range(24)]


def test_a_receiver_that_fails_to_the_end_is_paused_and_nothing_is_passed_over(outbox, postbox, time):
    postbox.says = lambda delivery: DOWN
    outbox.say("first", "second")
    for _ in range(len(lanes.BACK_OFF) + 1):
        outbox.work()
        time.pass_by(days=2)
    lane = outbox.lane()
    assert (lane.paused_at is not None, lane.paused_because) == (True, "connection refused")
    assert {each.status for each in outbox.deliveries()} == {DeliveryStatus.WAITING}


def test_a_paused_lane_goes_on_where_it_stopped(app, outbox, postbox, time):
    postbox.says = lambda delivery: Answer(False, "Gone", 410, pause=True)
    outbox.say("first", "second")
    outbox.work()
    postbox.says = lambda delivery: Answer(True)
    postbox.got.clear()
    time.pass_by(days=9)
    outbox.work()
    while_paused = list(postbox.got)
    with app.app_context(), unit_of_work():
        lanes.resume(db.session.get_one(Lane, "anna"), now=time())
    outbox.work()
    assert (while_paused, postbox.got) == ([], ["first", "second"])


def test_without_pausing_the_end_is_a_dead_letter_and_the_next_one_goes_out(outbox, postbox, time):
    postbox.pauses = False
    postbox.says = lambda delivery: DOWN if delivery.kind == "first" else Answer(True)
    outbox.say("first", "second")
    for _ in range(len(lanes.BACK_OFF) + 1):
        outbox.work()
        time.pass_by(days=2)
    assert {each.kind: each.status for each in outbox.deliveries()} == {"first": "DEAD", "second": "SENT"}


def test_what_is_refused_for_good_is_a_dead_letter_at_once(outbox, postbox):
    postbox.says = lambda delivery: Answer(delivery.kind != "bad", "no such person", 550, final=True)
    outbox.say("bad", "good")
    outbox.work()
    assert {each.kind: each.status for each in outbox.deliveries()} == {"bad": "DEAD", "good": "SENT"}


def test_a_dead_letter_is_sent_again(app, outbox, postbox, time):
    postbox.says = lambda delivery: Answer(False, "no", 550, final=True)
    outbox.say("bad")
    outbox.work()
    postbox.says = lambda delivery: Answer(True)
    with app.app_context(), unit_of_work():
        lanes.send_again(db.session.query(Delivery).one(), now=time())
    outbox.work()
    assert [each.status for each in outbox.deliveries()] == [DeliveryStatus.SENT]


def test_a_receiver_that_asks_for_time_gets_it(outbox, postbox, time):
    postbox.says = lambda delivery: Answer(False, "busy", 429, retry_after=600)
    outbox.say("first")
    outbox.work()
    assert outbox.lane().next_at - time() == timedelta(seconds=600)


def test_what_has_become_pointless_is_crossed_out(outbox, postbox):
    postbox.gone = {"erased"}
    outbox.say("erased", "kept")
    outbox.work()
    assert postbox.got == ["kept"]
    assert [each.status for each in outbox.deliveries()] == [DeliveryStatus.CANCELLED, DeliveryStatus.SENT]


def test_a_channel_that_breaks_is_a_failed_try(outbox, postbox, caplog):
    def breaks(delivery):
        raise KeyError("a secret of the caller")

    postbox.says = breaks
    outbox.say("first")
    outbox.work()
    [delivery] = outbox.deliveries()
    assert (delivery.status, delivery.attempts) == (DeliveryStatus.WAITING, 1)


def test_every_try_is_written_down(app, outbox, postbox, time):
    answers = iter([Answer(False, "oh no", 500), Answer(True, "ok", 200)])
    postbox.says = lambda delivery: next(answers)
    outbox.say("first")
    outbox.work()
    time.pass_by(minutes=1)
    outbox.work()
    with app.app_context():
        tries = db.session.query(Attempt).order_by(Attempt.id).all()
        assert [(each.succeeded, each.code, each.answer) for each in tries] == [
            (False, 500, "oh no"),
            (True, 200, "ok"),
        ]


def test_the_name_of_a_delivery_is_the_same_at_every_try(app, outbox, postbox, time):
    names = []
    postbox.says = lambda delivery: (names.append(delivery.uid), Answer(len(names) > 1))[1]
    outbox.say("first")
    outbox.work()
    time.pass_by(minutes=1)
    outbox.work()
    assert names == [outbox.events()[0].uid] * 2


def test_two_workers_do_not_work_on_one_lane(app, outbox, postbox, time):
    outbox.say("first")
    with app.app_context():
        work.release()
        with unit_of_work():
            assert lanes.take("somebody else", now=time()) == "anna"
    outbox.work()
    assert postbox.got == []


def test_the_lane_of_a_dead_worker_is_taken_over(app, outbox, postbox, time):
    outbox.say("first")
    with app.app_context():
        work.release()
        with unit_of_work():
            lanes.take("killed", now=time())
    time.pass_by(minutes=2)
    outbox.work()
    assert postbox.got == ["first"]


def test_a_lane_that_nobody_would_look_at_is_found(app, outbox, postbox):
    outbox.say("first")
    with app.app_context():
        work.release()
        with unit_of_work():
            db.session.get_one(Lane, "anna").next_at = None
    outbox.work()
    lost = list(postbox.got)
    with app.app_context():
        work.keep_house()
    outbox.work()
    assert (lost, postbox.got) == ([], ["first"])


def test_releasing_twice_makes_nothing_twice(app, outbox, postbox, time):
    outbox.say("first")
    with app.app_context():
        told = [service.tell(event, now=time()) for event in service.due(now=time())]
        for _ in range(2):
            with unit_of_work():
                service.release(told, now=time())
    outbox.work()
    assert postbox.got == ["first"]


def test_old_events_and_deliveries_are_forgotten_but_the_newest_number_is_not(app, outbox, postbox, time):
    outbox.say("first", "second")
    outbox.work()
    time.pass_by(days=31)
    with app.app_context():
        work.clean_up()
    assert ([event.type for event in outbox.events()], outbox.deliveries()) == (["second"], [])
    outbox.say("third", subject="thing:3")
    outbox.work()
    assert outbox.events()[-1].seq == 3


def test_what_waits_is_kept_for_thirty_days_and_no_longer(app, outbox, postbox, time, caplog):
    postbox.says = lambda delivery: DOWN
    outbox.say("first", "second")
    outbox.work()
    kept = []
    for _ in range(2):
        time.pass_by(days=29)
        with app.app_context():
            work.clean_up()
        kept.append(len(outbox.deliveries()))
    assert kept == [2, 0]
    assert "2 deliveries waited for 30 days and were dropped" in caplog.text


def test_a_lane_goes_to_the_back_when_its_turn_is_over(outbox, postbox, time, monkeypatch):
    monkeypatch.setattr(work, "TURN", 0.0)
    postbox.says = lambda delivery: (time.pass_by(seconds=1), Answer(True))[1]
    outbox.say("one", "two", to=("anna",))
    outbox.say("three", subject="thing:2", to=("bert",))
    outbox.work()
    assert postbox.got in (["one", "three", "two"], ["three", "one", "two"])


def test_brisk_work_leaves_slow_and_failing_receivers_alone(app, outbox, postbox, time):
    outbox.say("news", to=("anna", "bert", "carl"))
    with app.app_context():
        work.release()
        with unit_of_work():
            db.session.get_one(Lane, "anna").took_ms = lanes.SLOW_MS
            db.session.get_one(Lane, "bert").failing_since = time()
        work.pull(brisk=True)
    assert [each.lane_key for each in outbox.deliveries() if each.status == DeliveryStatus.SENT] == ["carl"]


def test_a_clock_that_was_set_back_stalls_nobody(app, outbox, postbox, time):
    time.pass_by(days=1)
    outbox.say("tomorrow")
    with app.app_context():
        work.release()
        with unit_of_work():
            lanes.take("killed", now=time())
    outbox.say("later tomorrow", subject="thing:2", wait=timedelta(seconds=30))
    time.pass_by(days=-1)
    outbox.say("today", subject="thing:3")
    with app.app_context():
        work.keep_house()
    outbox.work()
    assert postbox.got == ["tomorrow", "later tomorrow", "today"]


def test_a_clock_that_was_set_on_loses_nothing_and_repeats_nothing(outbox, postbox, time):
    postbox.says = lambda delivery: Answer(len(postbox.got) > 0)
    outbox.say("first", "second")
    outbox.work()
    time.pass_by(days=400)
    outbox.work()
    time.pass_by(days=-400)
    outbox.work()
    assert postbox.got == ["first", "first", "second"]


def test_crossing_out_a_long_lane_lets_writers_in_between(outbox, postbox, monkeypatch):
    postbox.gone = {"stale"}
    outbox.say(*["stale"] * 120, "fresh")
    monkeypatch.setattr(work, "CROSSED_OUT_AT_ONCE", 50)
    with outbox.app.app_context():
        work.release()
        work.work_on_one()
    at_once = [each.status for each in outbox.deliveries()].count(DeliveryStatus.CANCELLED)
    outbox.work()
    assert (at_once, postbox.got) == (50, ["fresh"])


def test_told_to_stop_it_releases_what_is_ready_and_no_more(app, outbox, describes):
    told = []
    describes["news"] = lambda: (told.append("news"), {})[1]
    for number in range(5):
        outbox.say("news", subject=f"thing:{number}")
    with app.app_context():
        work.release(goes_on=lambda: len(told) < 2)
    assert [each.seq is not None for each in outbox.events()] == [True, True, False, False, False]


def test_while_more_comes_all_the_time_what_was_released_gets_its_turn(app, outbox, describes, monkeypatch):
    monkeypatch.setattr(work, "SHIFT", 0.2)
    describes["news"] = lambda: (sleep(0.01), outbox.say("news", subject="thing:2"), {})[2]
    outbox.say("news")
    with app.app_context():
        work.release()
    assert {each.seq is None for each in outbox.events()} == {True, False}
