"""Files of a visitor as the page reads them, without a model."""

import numpy as np
from streamlit.testing.v1 import AppTest

from benchmarks import scan_files
from tests.data.sets import picture


def uploader():
    from pages.parts import scan_uploads

    scan_uploads.choose(folder=False, classes=["tumor"])


def bring(*files):
    app = AppTest.from_function(uploader, default_timeout=30).run()
    app.file_uploader[0].set_value([(name, content, "") for name, content in files]).run()
    assert not app.exception
    assert not app.error
    return " ".join(caption.value for caption in app.caption)


def test_of_several_files_it_is_said_which_slice_of_a_volume_is_read():
    pictures = [(f"{seed}.png", scan_files.picture(picture(seed))) for seed in (1, 2)]
    assert bring(*pictures) == ""
    volume = scan_files.nifti(np.zeros((8, 8, 8), np.int16) + np.arange(8, dtype=np.int16))
    assert "Of a volume the middle slice" in bring(*pictures, ("brain.nii", volume))
