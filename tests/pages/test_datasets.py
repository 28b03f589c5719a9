"""The page of data sets: what it shows, says and does, without a browser."""

import json
import time

import pytest

from core import store
from core.data import about
from core.data.about import About
from core.data.audit import kept
from core.data.intake import pictures
from core.data.intake.offers import OFFERS
from core.engine import tasks
from core.specs.data import FolderScans
from pages.parts import services, visitor
from tests.data.intake.zips import whole, write_zip
from tests.data.sets import picture, save, write_set
from tests.waiting import until

DATASETS, CONFIGURE = "pages/scans/datasets.py", "pages/train/configure.py"


def texts(elements):
    return " ".join(str(element.value) for element in elements)


def button(app, label):
    (found,) = [button for button in app.button if button.label == label]
    return found


def audited(home, name="brains", **options):
    """Write a set with twins and audit it, as a visit before this one did."""
    folder = write_set(home / "data" / name, **options)
    for number in range(3):
        save(folder / "Testing" / "tumor" / f"copy{number}.png", picture(number))
    audit(home, name)
    return folder


def audit(home, name):
    kept.audit(
        FolderScans(folder=name),
        data_dir=home / "data",
        cache_dir=home / "home" / "cache",
        on_progress=lambda *_: None,
    )


def opened(app, choice="folder/brains", tab=None):
    app.run()
    app.query_params["set"] = choice
    if tab:
        app.session_state[f"tabs-{choice}"] = tab
    app.switch_page(DATASETS).run()
    assert not app.exception
    return app


def test_a_set_whose_test_scans_are_in_training_is_not_believed(app, home):
    audited(home)
    opened(app)
    assert "Its test score cannot be believed" in texts(app.warning)
    assert "3 of its 15 test scans have a twin" in texts(app.warning)
    assert {metric.label: metric.value for metric in app.metric}["Scans"] == "39"
    assert "Twins in different classes" in texts(app.markdown)
    assert app.query_params["set"] == "folder/brains"


def test_a_set_that_was_never_seen_is_audited_in_the_background(app, home):
    write_set(home / "data" / "brains")
    opened(app)
    assert "Reading the set for the first time" in texts(app.caption)
    (key,) = services.tasks()._states
    until(lambda: services.tasks().state(key).done, within_s=60, what="the audit")
    app.run()
    assert not app.exception
    assert "No scan for testing has a twin" in texts(app.success)


def test_the_pairs_are_shown_by_kind(app, home):
    audited(home)
    opened(app, tab="Twins")
    assert "**6** of 39 scans have a twin" in texts(app.markdown)
    assert texts(app.markdown).count("byte for byte the same file") == 3
    assert "**testing** · tumor" in texts(app.caption)


def test_of_two_sets_of_one_title_each_can_be_chosen(app, home):
    for name in ("one", "other"):
        folder = audited(home, name)
        (folder / about.FILE).write_text(About(title="Brains").model_dump_json())
    opened(app, "folder/one")
    for name in ("other", "one"):
        chosen = next(box for box in app.selectbox if box.label == "Data set")
        chosen.set_value(f"folder/{name}").run()
        assert app.query_params["set"] in (f"folder/{name}", [f"folder/{name}"])


def test_the_ways_to_split_are_shown_with_what_each_leaks(app, home):
    audited(home)
    opened(app, tab="Split")
    (table,) = app.dataframe
    rows = table.value.set_index("split")
    assert rows.loc["as the folders say", "leaked"] == pytest.approx(20)
    assert rows.loc["twins kept together", "leaked"] == 0
    assert "by patient: the set names no patients" in texts(app.caption)
    assert "**92%**" in texts(app.markdown)
    assert "Measured for this program's reference" in texts(app.caption)


def test_the_contact_sheet_turns_its_pages_by_class_and_split(app, home):
    audited(home, training=30)
    opened(app, tab="Scans")
    assert "Page 1 of 4" in texts(app.caption)
    button(app, "Next").click().run()
    assert "Page 2 of 4" in texts(app.caption)
    (chosen,) = [box for box in app.selectbox if box.label == "Class"]
    chosen.set_value(1).run()
    (side,) = [box for box in app.selectbox if box.label == "Split"]
    side.set_value("testing").run()
    assert "Page 1 of 1" in texts(app.caption)
    assert texts(app.caption).count("  \ntumor") == 9
    assert texts(app.caption).count(":orange[twin]") == 3
    assert not app.exception


def test_hostile_names_are_shown_as_they_are(app, home):
    folder = home / "data" / "[x](javascript:alert(1)) **b**"
    write_set(folder, classes=("<b>a</b>", ":red[b]"))
    words = About(title="$x$ <script>", source="[a](http://b)", licence="`c`")
    (folder / about.FILE).write_text(words.model_dump_json())
    audit(home, folder.name)
    for tab in ("Overview", "Scans", "Split"):
        opened(app, f"folder/{folder.name}", tab)
        shown = texts(app.markdown) + texts(app.caption)
        assert "<b>a" not in shown.replace(r"\<b", "")
        assert r"\[a\]\(http\:" in shown


def test_sets_of_other_visitors_are_not_offered(app, home, monkeypatch):
    monkeypatch.setenv("PLATEAU_HOSTED", "true")
    app.run()
    archive = write_zip(home / "a.zip", whole())
    for name, owner in (("mine", app.session_state["owner"]), ("theirs", "somebody")):
        from core.store import owner_of

        words = {"title": f"Set {name}", "owner": owner_of(owner)}
        pictures.bring(str(archive), str(home / "data"), name, words, on_progress=lambda *_: None)
        audit(home, name)
    opened(app, "folder/theirs")
    options = next(box for box in app.selectbox if box.label == "Data set").options
    assert "Set mine" in options
    assert "Set theirs" not in options
    app.switch_page(CONFIGURE).run()
    assert "theirs" not in json.dumps(
        next(b for b in app.selectbox if b.label == "Data set").options
    )


def test_a_set_that_was_brought_to_a_hosted_installation_is_gone_after_a_day(
    app, home, monkeypatch
):
    monkeypatch.setenv("PLATEAU_HOSTED", "true")
    app.run()
    owner, now = store.owner_of(app.session_state["owner"]), time.time()
    for name, hours in (("old", 25), ("young", 23)):
        folder = write_set(home / "data" / name)
        words = About(title=name, owner=owner, created_s=now - hours * 3600)
        (folder / about.FILE).write_text(words.model_dump_json())
        audit(home, name)
    opened(app, "folder/young")
    options = next(box for box in app.selectbox if box.label == "Data set").options
    assert "young" in options
    assert "old" not in options
    assert not (home / "data" / "old").exists()


def test_an_upload_that_gets_no_turn_is_gone_and_says_so(app, home, monkeypatch):
    audited(home)
    opened(app)
    monkeypatch.setattr(tasks, "_MOST_WAITING", 0)
    archive = write_zip(home / "Mine.zip", whole())
    app.file_uploader[0].upload(archive.name, archive.read_bytes(), "application/zip").run()
    button(app, "Add this zip").click().run()
    assert "Many data sets are being read just now" in texts(app.error)
    assert not list((home / "home" / "uploads").iterdir())
    assert "datasets_arriving" not in app.session_state


def test_an_uploaded_zip_becomes_a_set_and_the_upload_is_gone(app, home):
    audited(home)
    opened(app)
    archive = write_zip(home / "Mine.zip", whole())
    app.file_uploader[0].upload(archive.name, archive.read_bytes(), "application/zip").run()
    button(app, "Add this zip").click().run()
    assert not app.exception
    key = next(key for key in services.tasks()._states if key.startswith("bring-"))
    until(
        lambda: services.tasks().state(key) is None or services.tasks().state(key).done,
        within_s=60,
        what="the zip to be unpacked",
    )
    app.run()
    assert not app.exception
    chosen = next(box for box in app.selectbox if box.label == "Data set")
    assert chosen.value.startswith("folder/Mine-")
    assert not list((home / "home" / "uploads").iterdir())


@pytest.fixture
def at_home(monkeypatch):
    """The tester opens no socket, so that nobody knows where its visitor sits."""
    monkeypatch.setattr(visitor, "is_at_home", lambda: True)


def test_a_path_on_this_machine_is_used_where_it_is(app, home, at_home):
    audited(home)
    write_set(home / "elsewhere", training=2, testing=1)
    opened(app)
    app.text_input(key="datasets_path").set_value(str(home / "elsewhere")).run()
    button(app, "Use this path").click().run()
    assert next(box for box in app.selectbox if box.label == "Data set").value == "folder/elsewhere"
    assert (home / "data" / "elsewhere").is_symlink()
    app.text_input(key="datasets_path").set_value(str(home / "nowhere")).run()
    button(app, "Use this path").click().run()
    assert "There is no folder or zip at" in texts(app.error)
    (home / "archive").mkdir()
    (home / "elsewhere").rename(home / "archive" / "brains")
    app.text_input(key="datasets_path").set_value(str(home / "archive")).run()
    button(app, "Use this path").click().run()
    assert "further in there are" in texts(app.error)
    assert "datasets_arriving" not in app.session_state


def test_on_a_hosted_installation_nobody_names_a_path_or_downloads(app, home, monkeypatch):
    monkeypatch.setenv("PLATEAU_HOSTED", "true")
    audited(home)
    opened(app)
    assert not app.text_input
    assert all(b.disabled for b in app.button if b.label == "Download")
    assert "`PLATEAU_PUBLIC_SETS=true`" in texts(app.caption)


def test_the_operator_of_a_hosted_installation_can_allow_downloads(app, home, monkeypatch):
    monkeypatch.setenv("PLATEAU_HOSTED", "true")
    monkeypatch.setenv("PLATEAU_PUBLIC_SETS", "true")
    audited(home)
    opened(app)
    assert [b.disabled for b in app.button if b.label == "Download"] == [False, False]


def test_a_public_set_is_chosen_once_it_has_come(app, home, monkeypatch):
    audited(home)
    opened(app)
    monkeypatch.setattr(tasks, "_AT_ONCE", 0)  # the download itself gets no turn
    services.tasks.clear()
    offer = OFFERS[0]
    next(b for b in app.button if b.key == f"public-{offer.folder}").click().run()
    chosen = f"folder/{offer.folder}"
    assert app.selectbox(key="datasets_set").value == "folder/brains"
    audited(home, offer.folder)
    app.run()
    assert app.selectbox(key="datasets_set").value == chosen
    assert app.selectbox(key="datasets_set").set_value("folder/brains").run()
    assert app.selectbox(key="datasets_set").value == "folder/brains"
    assert not app.exception


def test_only_what_was_brought_here_can_be_removed(app, home, at_home):
    audited(home)
    (home / "data" / "linked").symlink_to(home / "data" / "brains")
    audit(home, "linked")
    opened(app)
    assert "Remove this set" not in {b.label for b in app.button}
    app.session_state["datasets_set"] = "folder/linked"
    app.run()
    assert "Remove this set" in {b.label for b in app.button}


def test_an_empty_installation_shows_the_simulated_scans(app, home, monkeypatch):
    monkeypatch.setattr(tasks, "_AT_ONCE", 0)  # nothing gets its turn
    app.run().switch_page(DATASETS).run()
    assert not app.exception
    chosen = next(box for box in app.selectbox if box.label == "Data set")
    assert chosen.value == "simulated/demo"
    assert "MNI152" in texts(app.caption)
    (key,) = services.tasks()._states
    assert not services.tasks().state(key).done
    assert "Reading the set for the first time" in texts(app.caption)


def test_the_form_offers_every_split(app, home):
    audited(home)
    app.run()
    app.query_params.update({"callbacks": "", "scans": "folder", "scans.folder": "brains"})
    app.query_params["scans.split"] = "twins"
    app.switch_page(CONFIGURE).run()
    chosen = next(box for box in app.selectbox if box.label == "`split`")
    assert chosen.options == ["folders", "random", "twins", "patients"]
    assert chosen.value == "twins"
    assert app.query_params["scans.split"] == "twins"


def test_who_comes_back_finds_the_set_they_looked_at(app, home):
    for name in ("brains", "others"):
        audited(home, name)
    opened(app, "folder/others")
    app.query_params.clear()
    app.switch_page(CONFIGURE).run()
    app.query_params.clear()
    app.switch_page(DATASETS).run()
    assert app.selectbox(key="datasets_set").value == "folder/others"
