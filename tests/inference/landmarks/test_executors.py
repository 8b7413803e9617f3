from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from inference.landmarks.executors import executor_of


@pytest.mark.parametrize("threads", [0, 1, 3])
def test_work_is_done_in_order_and_errors_come_back(threads: int) -> None:
    with executor_of(threads) as executor:
        assert list(executor.map(lambda x: x * x, range(9))) == [x * x for x in range(9)]
        with pytest.raises(ZeroDivisionError):
            executor.submit(lambda: 1 // 0).result()


def test_one_thread_is_the_one_that_asks() -> None:
    assert executor_of(1).submit(threading.get_ident).result() == threading.get_ident()
    assert isinstance(executor_of(2), ThreadPoolExecutor)
