"""A zip becomes a data set under names of ours, or nothing of it is kept."""

import os
import zipfile
from zipfile import ZIP_BZIP2, ZipInfo

import pytest

from core import data
from core.data import about, folders, patients
from core.data.about import About
from core.data.audit import kept
from core.data.intake import archives, pictures, places
from core.data.intake.archives import Caps
from core.data.scan_set import ScansError
from core.specs.data import FolderScans
from tests.data.intake import zips
from tests.data.intake.zips import files_in, png, whole, write_zip

WORDS = {"title": "Mine", "source": "A zip.", "owner": "o" * 64}


def bring(archive, tmp_path, name="mine"):
    return pictures.bring(
        str(archive), str(tmp_path / "data"), name, WORDS, on_progress=lambda *_: None
    )


def test_a_set_is_unpacked_under_names_of_ours_and_can_be_trained_on(tmp_path):
    bring(write_zip(tmp_path / "a.zip", whole()), tmp_path)
    folder = tmp_path / "data" / "mine"
    assert files_in(folder) == sorted(
        ["about.json"]
        + [
            f"{side}/{name}/scan0000{number}.png"
            for side in ("Training", "Testing")
            for name in ("healthy", "tumor")
            for number in (1, 2, 3)
        ]
    )
    assert (folder / "Training/tumor/scan00002.png").read_bytes() == png(11)
    said = about.read(folder)
    assert (said.title, said.owner) == ("Mine", "o" * 64)
    assert said.created_s > 0
    spec = FolderScans(folder="mine", image_size=32, split="folders")
    scans = folders.build(spec, data_dir=tmp_path / "data", on_progress=lambda *_: None)
    assert scans.validation.sum() == 6
    assert not scans.left_out


def test_classes_without_training_and_testing_are_taken_at_any_depth(tmp_path):
    entries = [(f"some/where/{name}/{i}.PNG", png(i)) for name in "ab" for i in range(2)]
    bring(write_zip(tmp_path / "a.zip", entries), tmp_path)
    assert files_in(tmp_path / "data" / "mine")[:2] == ["a/scan00001.png", "a/scan00002.png"]


def test_what_is_no_picture_or_hidden_stays_out(tmp_path):
    extra = [
        ("brains/README.txt", b"x"),
        ("brains/Training/tumor/run.sh", b"x"),
        ("__MACOSX/brains/Training/tumor/._image0.png", b"x"),
        ("brains/Training/.cache/image.png", b"x"),
        ("brains/extra/loose.png", png(5)),
        ("top.png", png(6)),
    ]
    bring(write_zip(tmp_path / "a.zip", [*whole(), *extra]), tmp_path)
    assert len(files_in(tmp_path / "data" / "mine")) == 13


def test_the_patients_of_a_zip_are_those_of_its_set(tmp_path):
    entries = whole()
    rows = [f"{name.removeprefix('brains/')},p{i // 2}" for i, (name, _) in enumerate(entries)]
    listed = "\n".join(["file,patient", *rows[:-2], "Training/healthy/gone.png,p9"])
    extra = [("brains/patients.csv", listed), ("brains/old/patients.csv", "file,patient\n")]
    bring(write_zip(tmp_path / "a.zip", [*entries, *extra]), tmp_path)
    people = patients.read_names(tmp_path / "data" / "mine")
    assert people["Training/healthy/scan00003.png"] == "p1"
    assert people["Training/tumor/scan00001.png"] == "p1"
    assert len(people) == 10
    spec = FolderScans(folder="mine", image_size=32, split="patients")
    scans = folders.build(spec, data_dir=tmp_path / "data", on_progress=lambda *_: None)
    assert set(scans.groups) == {-1, 0, 1, 2, 3, 4}


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("con", "nul.tumor"), {"con_", "nul_tumor"}),
        (("a b", "a?b"), {"a_b", "a_b-2"}),
        (("a b", "a?b", "A.b", "a b-2"), {"a_b", "a_b-2", "A_b-3", "a_b-4"}),
        (("Hirn­tumör", "見"), {"Hirn_tumör", "見"}),
        (("x" * 200, "y"), {"x" * places.LONGEST, "y"}),
        (("=1+1", "-rf"), {"1_1", "rf"}),
    ],
)
def test_classes_get_plain_names_that_no_system_takes_for_something_else(tmp_path, names, expected):
    entries = [(f"{name}/{i}.png", png(i)) for name in names for i in range(2)]
    bring(write_zip(tmp_path / "a.zip", entries), tmp_path)
    assert {path.split("/")[0] for path in files_in(tmp_path / "data" / "mine")} == {
        *expected,
        "about.json",
    }


PLAIN = whole()
HOSTILE = {
    "a way out": (lambda path: write_zip(path, [*PLAIN, ("../../evil.png", b"x")]), "leads out"),
    "a way out in the middle": (
        lambda path: write_zip(path, [*PLAIN, ("brains/../../evil.png", b"x")]),
        "leads out",
    ),
    "from the root": (lambda path: write_zip(path, [*PLAIN, ("/etc/x.png", b"x")]), "leads out"),
    "a drive": (lambda path: write_zip(path, [*PLAIN, ("C:/x/x.png", b"x")]), "leads out"),
    "a backslash": (
        lambda path: write_zip(path, [*PLAIN, ("a\\..\\..\\x.png", b"x")]),
        "leads out",
    ),
    "a link": (
        lambda path: write_zip(path, [*PLAIN, zips.link("brains/Training/tumor/x.png", "/etc")]),
        "holds a link",
    ),
    "a file twice": (lambda path: write_zip(path, [*PLAIN, PLAIN[0]]), "twice"),
    "overlapping entries": (zips.overlapping, "overlap"),
    "a file that quotes the next": (zips.quoting, "overlap"),
    "a bomb": (zips.bomb, r"larger than 64 MB|60 times its size"),
    "a bomb that lies": (zips.lying, r"60 times its size|damaged"),
    "100,000 entries": (zips.crowded, r"at most 20,000 files .* 100,000"),
    "half a zip": (zips.truncated, "no zip that can be read"),
    "no zip": (lambda path: path.write_bytes(b"GIF89a") and path, "no zip that can be read"),
    "nothing": (lambda path: (path.write_bytes(b"") and None) or path, "no zip that can be read"),
    "no classes": (lambda path: write_zip(path, [("1.png", png(1))]), "no two folders"),
    "one class": (lambda path: write_zip(path, [("a/1.png", png(1))]), "no two folders"),
    "patients without columns": (
        lambda path: write_zip(path, [*PLAIN, ("brains/patients.csv", b"a,b\n1,2\n")]),
        r"patients\.csv of the folder 'mine' .* `file` and `patient`",
    ),
    "another packing": (
        lambda path: write_zip(path, [*PLAIN, (_packed("b/1.png", ZIP_BZIP2), b"x" * 100)]),
        "packed in an unusual way",
    ),
}


def _packed(name, method):
    entry = ZipInfo(name)
    entry.compress_type = method
    return entry


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_zip_gets_a_sentence_and_leaves_nothing(tmp_path, name):
    write, sentence = HOSTILE[name]
    archive = write(tmp_path / "a.zip")
    before = {path.name for path in tmp_path.iterdir()}
    with pytest.raises(ScansError, match=sentence):
        bring(archive, tmp_path)
    assert files_in(tmp_path / "data") == []
    assert {path.name for path in tmp_path.iterdir()} - {"data"} == before


@pytest.mark.parametrize("seed", range(30))
def test_flipped_bits_never_raise_anything_but_a_sentence(tmp_path, seed):
    archive = zips.flipped(tmp_path / "a.zip", seed=seed)
    try:
        bring(archive, tmp_path)
    except ScansError:
        assert files_in(tmp_path / "data") == []


def test_a_password_is_refused(tmp_path):
    archive = write_zip(tmp_path / "a.zip", whole())
    content = bytearray(archive.read_bytes())
    record = content.index(b"PK\x01\x02")
    content[record + 8] |= 1
    archive.write_bytes(content)
    with pytest.raises(ScansError, match="password"):
        bring(archive, tmp_path)


def read_all(archive, caps):
    for _, chunks in archives.contents_of(archive, archives.entries_of(archive, caps), caps):
        list(chunks)


@pytest.mark.parametrize(
    ("caps", "sentence"),
    [
        (Caps(files=5), "at most 5 files"),
        (Caps(total_bytes=2**21), "more than 2 MB unpacked"),
        (Caps(file_bytes=2**20), "larger than 1 MB"),
    ],
)
def test_each_cap_holds_by_what_comes_out(tmp_path, caps, sentence):
    noise = [os.urandom(3 * 2**19) for _ in range(2)]
    entries = [(f"{i}/{i}.png", noise[i % 2]) for i in range(6)]
    archive = write_zip(tmp_path / "a.zip", entries)
    with zipfile.ZipFile(archive) as opened, pytest.raises(ScansError, match=sentence):
        read_all(opened, caps)


def test_a_directory_that_cannot_be_written_to_is_said(tmp_path):
    (tmp_path / "data").write_bytes(b"a file where the directory would be")
    with pytest.raises(ScansError, match="DATA_DIR"):
        bring(write_zip(tmp_path / "a.zip", whole()), tmp_path)


# Where sets lie


def test_a_name_that_is_taken_is_numbered(tmp_path):
    (tmp_path / "brains").mkdir()
    (tmp_path / "brains-2").symlink_to(tmp_path / "nowhere")
    assert places.free_name(tmp_path, "brains") == "brains-3"
    assert places.free_name(tmp_path, "../..") == "set"
    assert places.free_name(tmp_path, "Test") == "Test_"


def test_a_linked_folder_is_a_set_and_removing_it_keeps_its_scans(tmp_path):
    for name in "ab":
        (tmp_path / "else" / name).mkdir(parents=True)
        (tmp_path / "else" / name / "1.png").write_bytes(png(1))
    name = places.link(tmp_path / "data", tmp_path / "else")
    assert [summary.name for summary in folders.list_folders(tmp_path / "data")] == [name]
    places.remove(tmp_path / "data", name, cache_dir=tmp_path / "cache")
    assert not folders.list_folders(tmp_path / "data")
    assert len(files_in(tmp_path / "else")) == 2


def test_a_folder_that_a_person_put_there_is_never_removed(tmp_path):
    (tmp_path / "brains").mkdir()
    places.remove(tmp_path, "brains", cache_dir=tmp_path / "cache")
    assert (tmp_path / "brains").is_dir()


def test_sets_that_visitors_brought_expire_and_others_do_not(tmp_path):
    for name, words in (("theirs", About(owner="o")), ("public", About(title="p"))):
        (tmp_path / name).mkdir()
        about.write(tmp_path / name, words)
    assert places.count_of(tmp_path, "o") == 1
    places.remove_expired(tmp_path, cache_dir=tmp_path / "cache", older_than_s=3600)
    assert places.count_of(tmp_path, "o") == 1
    places.remove_expired(tmp_path, cache_dir=tmp_path / "cache", older_than_s=-1)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["public"]


def test_with_a_set_goes_all_that_was_kept_of_it(tmp_path):
    bring(write_zip(tmp_path / "a.zip", whole()), tmp_path)
    bring(write_zip(tmp_path / "a.zip", whole()), tmp_path, "other")
    kept_in = {"data_dir": tmp_path / "data", "cache_dir": tmp_path / "cache"}
    for name in ("mine", "other"):
        spec = FolderScans(folder=name, image_size=32)
        for size in (32, 48):
            sized = spec.model_copy(update={"image_size": size})
            data.load(sized, **kept_in, on_progress=lambda *_: None)
        kept.audit(spec, **kept_in, on_progress=lambda *_: None)
    places.remove(tmp_path / "data", "mine", cache_dir=tmp_path / "cache")
    assert len(list((tmp_path / "cache" / "scan_sets").iterdir())) == 2
    assert len(list((tmp_path / "cache" / "audits").iterdir())) == 1
    assert [summary.name for summary in folders.list_folders(tmp_path / "data")] == ["other"]


def test_what_is_left_of_a_removal_half_way_is_nobodys_set(tmp_path, monkeypatch):
    folder = tmp_path / "mine"
    (folder / "a").mkdir(parents=True)
    (folder / "a" / "1.png").write_bytes(png(1))
    about.write(folder, About(owner="ann"))

    def half(gone, **_):
        (gone / about.FILE).unlink(missing_ok=True)

    monkeypatch.setattr(places.shutil, "rmtree", half)
    places.remove(tmp_path, "mine", cache_dir=tmp_path / "cache")
    assert not folder.exists()
    assert folders.list_folders(tmp_path) == []
