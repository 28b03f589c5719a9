"""Places that are given in turn."""

import threading

from core.scans.turns import Turns
from tests.waiting import until


def test_there_are_as_many_as_were_said_and_one_given_up_is_there_again():
    turns = Turns(2)
    assert turns.take(within_s=0)
    assert turns.take(within_s=0)
    assert not turns.take(within_s=0)
    assert not turns.awaited
    turns.give_up()
    assert turns.take(within_s=0)


def test_whoever_gives_one_up_and_wants_it_back_waits_behind_the_others():
    turns, order = Turns(1), []
    assert turns.take(within_s=0)

    def wait(name):
        if turns.take(within_s=30):
            order.append(name)
            turns.give_up()

    threads = []
    for place, name in enumerate(("first", "second"), 1):
        threads.append(threading.Thread(target=wait, args=(name,)))
        threads[-1].start()
        until(lambda at=place: len(turns._queue) == at, within_s=60, what="a place in the queue")
    turns.give_up()
    wait("the same again")
    for thread in threads:
        thread.join(30)
    assert order == ["first", "second", "the same again"]
