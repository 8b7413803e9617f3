"""The store knows what it holds, and finds out when it does not hold it any more."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from inference.models import store
from inference.models.catalogue import MODELS
from inference.models.install import install
from inference.models.room import megabytes


def test_asking_creates_nothing(folder: Path, tmp_path: Path) -> None:
    assert [store.state(name) for name in MODELS] == ["missing"] * len(MODELS)
    assert [store.installed(name) for name in MODELS] == [None] * len(MODELS)
    assert [store.verify(name) for name in MODELS] == [""] * len(MODELS)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="XDG_DATA_HOME is Linux's")
def test_models_are_in_the_users_data_folder(folder: Path) -> None:
    assert store.models_folder() == folder


def test_a_changed_byte_is_found_by_verify_alone(small_file: Path) -> None:
    (done,) = install(small_file)
    assert (store.state("aios"), store.verify("aios")) == ("installed", "")
    content = bytearray(done.path.read_bytes())
    content[-1] ^= 1
    done.path.write_bytes(content)
    assert (store.state("aios"), store.verify("aios")) == ("installed", "its bytes have changed")


def test_cut_lost_and_foreign_files_are_damage(small_file: Path, folder: Path) -> None:
    (done,) = install(small_file)
    content = done.path.read_bytes()
    done.path.write_bytes(content[:-1])
    assert store.state("aios") == "damaged"
    assert store.verify("aios") == f"it has {len(content) - 1} bytes instead of {len(content)}"
    done.path.unlink()
    assert (store.state("aios"), store.verify("aios")) == ("damaged", "its file is gone")
    (folder / "models.json").unlink()
    done.path.write_bytes(content)
    assert store.state("aios") == "damaged"
    assert "does not know" in store.verify("aios")


def test_removed_is_gone(small_file: Path, folder: Path) -> None:
    install(small_file)
    store.remove("aios")
    assert store.state("aios") == "missing"
    assert [path.name for path in folder.iterdir()] == ["models.json"]
    with pytest.raises(store.StoreError, match="not installed"):
        store.remove("aios")


def test_damaged_can_be_removed_and_installed_again(small_file: Path) -> None:
    (done,) = install(small_file)
    done.path.unlink()
    store.remove("aios")
    (done,) = install(small_file)
    done.path.write_bytes(b"")
    install(small_file)
    assert store.verify("aios") == ""


def test_unreadable_list_says_what_to_do(small_file: Path, folder: Path) -> None:
    install(small_file)
    for content in ("{", "[]", '{"aios": {"size": 3}}'):
        (folder / "models.json").write_text(content)
        with pytest.raises(store.StoreError, match=r"models\.json: cannot be read .*Remove it"):
            store.state("aios")


def test_sizes_read_well() -> None:
    assert [megabytes(size) for size in (231_312_804, 1_600_000, 12_000)] == [
        "231 MB",
        "2 MB",
        "12 kB",
    ]
