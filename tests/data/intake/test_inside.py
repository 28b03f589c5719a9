"""A folder that a person names is a set, holds one further in, or gets a sentence."""

import pytest

from core.data.intake import inside
from core.data.scan_set import ScansError


def lay_out(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    return folder


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("a/1.png", "b/1.png"), True),
        (("Training/a/1.png", "1.mat"), True),
        (("1.mat", "some/a/1.png"), False),
        (("deep/in/it/1.mat",), False),
        (("one.zip",), False),
    ],
)
def test_a_set_is_told_from_what_is_converted(tmp_path, names, expected):
    assert inside.is_set(lay_out(tmp_path / "archive", *names)) is expected


@pytest.mark.parametrize("above", ["", "deeper/"])
def test_the_set_further_in_is_named_even_beside_its_zip(tmp_path, above):
    names = (f"{above}brains/Training/{name}/1.png" for name in ("tumor", "healthy"))
    folder = lay_out(tmp_path / "archive", *names, "archive.zip", "notes/read.txt")
    with pytest.raises(ScansError, match="no classes in 'archive' itself") as refused:
        inside.is_set(folder)
    assert str(refused.value).endswith(f"give the path {folder / above / 'brains'}.")


@pytest.mark.parametrize("name", ["1.png", "notes.txt", "a/b/c/d/1.png", ".hidden/a/1.png"])
def test_a_folder_without_a_set_is_told_what_one_looks_like(tmp_path, name):
    with pytest.raises(ScansError, match=r"'archive' holds no folders of pictures.* a class"):
        inside.is_set(lay_out(tmp_path / "archive", name))
