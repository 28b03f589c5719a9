"""An audit of a folder finds what was put there, and is kept."""

import numpy as np
import pytest
from PIL import Image

from core.data.audit import findings, kept, pairs, split_table
from core.data.scan_set import ScansError
from core.specs.data import FolderScans, SimulatedScans
from tests.data.sets import picture, save, write_set


def audit(tmp_path, spec=None, on_progress=lambda *_: None):
    return kept.audit(
        spec or FolderScans(folder="brains"),
        data_dir=tmp_path,
        cache_dir=tmp_path / "cache",
        on_progress=on_progress,
    )


def topics(found, weight):
    return {
        finding.topic: finding for finding in findings.findings(found) if finding.weight == weight
    }


@pytest.fixture
def brains(tmp_path):
    return write_set(tmp_path / "brains")


def test_a_set_in_order_has_nothing_bad(tmp_path, brains):
    found = audit(tmp_path)
    assert not topics(found, "bad")
    assert topics(found, "good").keys() == {"Twins", "Style check", "Files", "Classes"}
    assert len(found.facts) == 36
    assert found.shown.shape == (36, 160, 160)


def test_twins_are_counted_where_they_are(tmp_path, brains):
    save(brains / "Testing" / "tumor" / "copy.png", picture(0))  # healthy, in Training
    save(brains / "Testing" / "healthy" / "near.jpg", picture(1), quality=80)
    save(brains / "Training" / "healthy" / "again.png", picture(2))
    found = audit(tmp_path)
    counts = pairs.count(found)
    assert counts == pairs.TwinCounts(
        scans=6, identical=2, testing=14, across=2, identical_across=1, classes=2
    )
    bad = topics(found, "bad")
    assert "2 of 14 test scans (14%)" in bad["Twins in training and testing"].sentence
    assert "2 scans have a twin in another class" in bad["Twins in different classes"].sentence


def test_files_that_cannot_be_read_leak_nothing_though_they_are_equal(tmp_path, brains):
    (brains / "Training" / "healthy" / "empty.png").touch()
    (brains / "Testing" / "tumor" / "empty.png").touch()
    found = audit(tmp_path)
    assert pairs.count(found) == pairs.TwinCounts(
        scans=0, identical=0, testing=12, across=0, identical_across=0, classes=0
    )
    assert not found.has_twin.any()
    assert not pairs.pairs(found, "all")
    assert topics(found, "bad").keys() == {"Unreadable files"}
    assert "Twins" in topics(found, "good")


def test_pairs_are_listed_by_kind_the_equal_ones_first(tmp_path, brains):
    save(brains / "Testing" / "tumor" / "copy.png", picture(0))
    save(brains / "Testing" / "healthy" / "near.jpg", picture(1), quality=80)
    save(brains / "Training" / "healthy" / "again.png", picture(2))
    found = audit(tmp_path)
    listed = {
        kind: [
            (found.facts[pair.first].name, found.facts[pair.second].name, pair.identical)
            for pair in pairs.pairs(found, kind)
        ]
        for kind in pairs.KINDS
    }
    copy = ("Testing/tumor/copy.png", "Training/healthy/image0.png", True)
    near = ("Testing/healthy/near.jpg", "Training/healthy/image1.png", False)
    again = ("Training/healthy/again.png", "Training/healthy/image2.png", True)
    assert listed == {
        "training and testing": [copy, near],
        "different classes": [copy],
        "same file": [copy, again],
        "all": [copy, again, near],
    }


def test_of_many_equal_files_every_relation_is_shown_and_not_every_pair(tmp_path, brains):
    for number in range(10):
        save(brains / "Training" / "healthy" / f"a{number}.png", picture(0))
        save(brains / "Testing" / "tumor" / f"b{number}.png", picture(0))
    found = audit(tmp_path)
    shown = pairs.pairs(found, "all")
    assert len(shown) == 20
    assert len(pairs.pairs(found, "different classes")) == 1
    assert {place for pair in shown for place in (pair.first, pair.second)} == set(
        np.flatnonzero(found.has_twin)
    )
    assert pairs.count(found).across == 10


def test_unreadable_odd_and_small_files_are_named(tmp_path, brains):
    folder = brains / "Training" / "tumor"
    (folder / "torn.png").write_bytes((folder / "image0.png").read_bytes()[:200])
    (folder / "empty.png").write_bytes(b"")
    save(folder / "small.png", picture(90, size=40))
    Image.fromarray(picture(91)).convert("RGBA").save(folder / "clear.png")
    save(folder / "long.png", np.tile(picture(92), (1, 3)))
    found = audit(tmp_path)
    broken = topics(found, "bad")["Unreadable files"]
    names = [found.facts[place].name.rsplit("/", 1)[-1] for place in broken.files]
    assert sorted(names) == ["empty.png", "torn.png"]
    assert "empty file (1)" in broken.sentence
    notes = topics(found, "note")
    for topic, name in (("Small scans", "small"), ("Odd shapes", "long"), ("Modes", "clear")):
        (place,) = notes[topic].files
        assert found.facts[place].name.endswith(f"{name}.png")
    assert not found.shown[broken.files[0]].any()


def test_uneven_classes_are_said_with_what_guessing_scores(tmp_path, brains):
    for number in range(20):
        save(brains / "Training" / "tumor" / f"more{number}.png", picture(200 + number))
    sentence = topics(audit(tmp_path), "note")["Uneven classes"].sentence
    assert "tumor has 38 scans, healthy has 18" in sentence
    assert "would score 68%" in sentence


def test_a_class_of_another_brightness_is_given_away_by_its_style(tmp_path):
    write_set(tmp_path / "brains", apart=60)
    found = audit(tmp_path)
    assert found.style.score > 0.9
    assert found.style.scores["size"] < 0.7
    assert "gives the class away" in topics(found, "bad")["Style check"].sentence


def test_a_class_of_another_size_is_given_away_by_its_size(tmp_path):
    for number in range(20):
        save(tmp_path / "brains" / "a" / f"{number}.png", picture(number, size=96))
        save(tmp_path / "brains" / "b" / f"{number}.png", picture(50 + number, size=128))
    assert audit(tmp_path).style.scores["size"] == 1.0


def test_copies_do_not_help_the_style_check(tmp_path):
    # Ten copies of each scan: with copies on both sides of a fold it would look learned.
    for label, name in enumerate("ab"):
        for number in range(8):
            for copy in range(10):
                pixels = picture(number + 20 * label)
                save(tmp_path / "brains" / name / f"{number}-{copy}.png", pixels)
    assert audit(tmp_path).style.score < 0.8


def test_too_few_scans_are_said_instead_of_a_score(tmp_path):
    write_set(tmp_path / "brains", training=2, testing=1)
    found = audit(tmp_path)
    assert not found.style.scores
    assert "5 different scans of each" in topics(found, "note")["Style check"].sentence


def test_the_shortcut_of_the_simulated_scans_shows_in_their_healthy_class(tmp_path, cache_dir):
    honest, shortcut = (
        kept.audit(
            SimulatedScans(preset=preset, subjects=120, image_size=64),
            data_dir=tmp_path,
            cache_dir=cache_dir,
            on_progress=lambda *_: None,
        ).style
        for preset in ("demo", "shortcut")
    )
    assert shortcut.plainest == "no_tumor"
    assert shortcut.edge("no_tumor") > honest.edge("no_tumor") + 0.15
    assert shortcut.score > honest.score


def test_false_alarms_are_shares_of_the_other_classes(tmp_path):
    write_set(tmp_path / "brains", classes=("a", "b", "c"), training=10, testing=0)
    style = audit(tmp_path).style
    # Of classes of one size, what is missed of all is taken for one of the others.
    missed = sum(1 - recall for recall in style.recalls.values())
    assert 2 * sum(style.false_alarms.values()) == pytest.approx(missed)


def test_an_audit_is_kept_until_a_file_changes(tmp_path, brains):
    reports = []
    first = audit(tmp_path, on_progress=lambda *report: reports.append(report))
    assert reports[-1][0] == "Checking the style"
    reports.clear()
    again = audit(tmp_path, on_progress=lambda *report: reports.append(report))
    assert not reports
    assert again.facts == first.facts
    np.testing.assert_array_equal(again.shown, first.shown)
    np.testing.assert_array_equal(again.twins.clusters, first.twins.clusters)
    split = FolderScans(folder="brains", split="folders", image_size=64)
    audit(tmp_path, split, on_progress=lambda *report: reports.append(report))
    assert not reports
    save(brains / "Testing" / "tumor" / "new.png", picture(0))
    assert pairs.count(audit(tmp_path)).across == 1


@pytest.mark.parametrize("name", ["audit.json", "twins.npz", "shown.npy"])
def test_a_damaged_audit_is_made_again(tmp_path, brains, name):
    audit(tmp_path)
    (directory,) = (tmp_path / "cache" / "audits").iterdir()
    (directory / name).write_bytes((directory / name).read_bytes()[:-20])
    assert len(audit(tmp_path).facts) == 36


def test_progress_that_raises_leaves_nothing_behind(tmp_path, brains):
    def stop(*_):
        raise InterruptedError

    with pytest.raises(InterruptedError):
        audit(tmp_path, on_progress=stop)
    assert not list((tmp_path / "cache" / "audits").iterdir())


def test_a_folder_without_pictures_is_refused(tmp_path):
    (tmp_path / "brains" / "tumor").mkdir(parents=True)
    with pytest.raises(ScansError, match="holds no pictures: add PNG or JPEG"):
        audit(tmp_path)


def test_the_ways_to_split_are_compared(tmp_path, brains):
    for number in range(6):
        save(brains / "Testing" / "tumor" / f"copy{number}.png", picture(20 + number))
    found = audit(tmp_path)
    unknown = np.full(len(found.facts), -1)
    rows = {row.split: row for row in split_table.compare(found, unknown)}
    assert (rows["folders"].training, rows["folders"].validation) == (24, 18)
    assert rows["folders"].leaked == 6
    assert rows["twins"].leaked == 0
    assert rows["twins"].validation > 0
    assert "no patients" in rows["patients"].obstacle
    by_patient = split_table.compare(found, np.arange(len(found.facts)) // 3)[-1]
    assert by_patient.validation > 0


def test_the_compared_splits_are_those_that_training_makes(tmp_path, brains):
    from core.data import folders

    (brains / "Training" / "tumor" / "torn.png").write_bytes(b"x")
    found = audit(tmp_path)
    for row in split_table.compare(found, np.full(len(found.facts), -1))[:3]:
        spec = FolderScans(folder="brains", split=row.split)
        scans = folders.build(spec, data_dir=tmp_path, on_progress=lambda *_: None)
        assert int(scans.validation.sum()) == row.validation


def test_the_twins_of_the_real_scans_are_found(real_scans, tmp_path):
    found = kept.audit(
        FolderScans(folder=real_scans.name),
        data_dir=real_scans.parent,
        cache_dir=tmp_path,
        on_progress=lambda *_: None,
    )
    counts = pairs.count(found)
    assert counts.identical_across >= 5
    assert counts.across >= counts.identical_across
    across = pairs.pairs(found, "training and testing")
    contents = [
        {(real_scans / found.facts[place].name).read_bytes() for place in (pair.first, pair.second)}
        for pair in across
        if pair.identical
    ]
    assert len(contents) >= 5
    assert all(len(both) == 1 for both in contents)
    assert "no_tumor" in found.style.recalls
    assert found.style.score > found.style.chance + 0.1
