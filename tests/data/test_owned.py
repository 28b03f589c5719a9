"""Whose a data set is, and what stands for it before others."""

import pytest

from core.data import about, owned
from core.data.about import About
from core.data.intake.places import plain_name
from core.data.scan_set import ScansError
from core.specs.data import FolderScans, SimulatedScans
from tests.data.sets import write_set


@pytest.fixture
def theirs(tmp_path):
    folder = write_set(tmp_path / "theirs", training=1, testing=1)
    (folder / about.FILE).write_text(About(owner="ann").model_dump_json())
    return FolderScans(folder="theirs", split="twins")


@pytest.mark.parametrize("folder", ["gone", "..", "theirs/..", "../theirs"])
def test_a_set_that_is_not_in_the_data_directory_says_no_owner(tmp_path, theirs, folder):
    assert owned.owner_of(FolderScans(folder=folder), data_dir=tmp_path) is None
    assert owned.owner_of(theirs, data_dir=tmp_path) == "ann"


def test_what_nobody_brought_is_everybodys(tmp_path):
    write_set(tmp_path / "brains", training=1, testing=1)
    for scans in (FolderScans(folder="brains"), SimulatedScans()):
        assert owned.owner_of(scans, data_dir=tmp_path) == ""
        owned.require_own(scans, "bob", data_dir=tmp_path)


def test_only_its_owner_trains_on_a_set(tmp_path, theirs):
    owned.require_own(theirs, "ann", data_dir=tmp_path)
    for scans in (theirs, owned.stand_in(theirs)):
        with pytest.raises(ScansError, match="was brought by somebody else"):
            owned.require_own(scans, "bob", data_dir=tmp_path)


def test_a_stand_in_keeps_all_but_the_name(theirs):
    shown, other = owned.stand_in(theirs), owned.stand_in(FolderScans(folder="other"))
    assert owned.is_stand_in(shown)
    assert not owned.is_stand_in(theirs)
    assert shown == theirs.model_copy(update={"folder": shown.folder})
    assert shown.folder != other.folder
    assert owned.stand_in(shown) == shown
    assert plain_name(shown.folder) != shown.folder
