"""Classes that files and folders are named after."""

import pytest

from core.evaluation.named_truth import truth_in

CLASSES = ("glioma_tumor", "no_tumor", "no")


@pytest.mark.parametrize(
    ("name", "truth"),
    [
        ("Testing/glioma_tumor/image(3).jpg", "glioma_tumor"),
        ("Testing\\Glioma Tumor\\image.jpg", "glioma_tumor"),
        ("no_tumor_12.png", "no_tumor"),
        ("no-tumor(2).dcm", "no_tumor"),
        ("no_tumor12.png", "no_tumor"),
        ("no 1.png", "no"),
        ("glioma_tumor/no_tumor.png", "no_tumor"),
        ("normal.png", ""),
        ("unknown/image.png", ""),
        ("tumor.png", ""),
        ("", ""),
    ],
)
def test_the_innermost_name_of_a_class_counts(name, truth):
    assert truth_in(name, CLASSES) == truth


@pytest.mark.parametrize(
    ("name", "truth"),
    [
        ("2/12.png", "2"),
        ("0/1.png", "0"),
        ("12.png", ""),
        ("1.png", ""),
        ("3/Grade 1 12.png", "Grade_1"),
        ("3/Grade 12.png", "3"),
    ],
)
def test_the_number_of_a_file_is_no_class_that_is_a_number(name, truth):
    assert truth_in(name, ["0", "1", "2", "3", "Grade_1"]) == truth
