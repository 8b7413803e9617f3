"""Work beside Blender's own thread."""

import threading

import pytest

from blender_addon.takes.aside import Aside


def test_it_goes_on_until_it_is_done_and_gives_its_result_in_another_thread() -> None:
    begin = threading.Event()

    def work() -> int:
        begin.wait(10)
        return threading.get_ident()

    aside = Aside(work)
    assert aside.goes_on()
    begin.set()
    while aside.goes_on():
        pass
    assert aside.result() != threading.get_ident()


def test_what_goes_wrong_is_raised_where_the_result_is_asked_for() -> None:
    aside = Aside(lambda: 1 // 0)
    while aside.goes_on():
        pass
    with pytest.raises(ZeroDivisionError):
        aside.result()
