"""One ramp, compressed as nothing that is installed here can: by imagecodecs 2026.3.6.

Values are 16 * row * row + column, shape (16, 16), up to 3615: 12 bits.
"""

import base64

import numpy as np

_ROWS, _COLUMNS = np.mgrid[:16, :16]
RAMP = (16 * _ROWS * _ROWS + _COLUMNS).astype(np.uint16)

# `imagecodecs.htj2k_encode(RAMP, reversible=True)`: OpenJPH 0.26.3.
HTJ2K = base64.b64decode(
    "/0//UQApQAAAAAAQAAAAEAAAAAAAAAAAAAAAEAAAABAAAAAAAAAAAAABDwEB/1AACAACAAAACv9SAAwAAgABAAUE"
    "BEAB/1wAEyCIkJCQkJCQkJCQkJCQiIiI/2QAFwABT3BlbkpQSCBWZXIgMC4yNi4zLv+QAAoAAAAAALUAAf+TwAAm"
    "hfsFB3QAAMAAEsAAEwDwAMd0AH77Awd0AMAAEsAAFUDAAEJ0AP9Rv/9QvwGGtADAABLAABbI8LTydAD/f/9//3//"
    "D27/Ye0/3P7D7QAAAMfkMbgAwAAngABehADnwClL5gD/f/9//3//f/9//3//f/9//3//f/9//3//f/9g8wfPHzx/"
    "8PzB8wfPHzx/8PwAQgAghCADH9ev1l/Xr9ZejGoxtQH/2Q=="
)

# `imagecodecs.ljpeg_encode(RAMP, bitspersample=12)`: lossless JPEG, its sixth predictor.
LOSSLESS_JPEG = base64.b64decode(
    "/9j/xAAbAAEBAQEAAwEAAAAAAAAAAAAIBwYBBAUJDP/DAAsMABAAEAEAEQD/2gAIAQAABgAA/P8A/e973ve973ve"
    "99h5HkeR5HkeR5HkeR5HkeR5HkeRsPce49x7j3HuPce49x7j3HuPce49xUNRqNRqNRqNRqNRqNRqNRqNRcNxuNxu"
    "NxuNxuNxuNxuNxuNwkKRSKRSKRSKRSKRSKRSKRSKQsKxWKxWKxWKxWKxWKxWKxWKw0LRaLRaLRaLRaLRaLRaLRaL"
    "Q8LxeLxeLxeLxeLxeLxeLxeLx9EEQiEQiEQiEQiEQiEQiEQiER9MEwmEwmEwmEwmEwmEwmEwmEx9UFQqFQqFQqFQ"
    "qFQqFQqFQqFR9cFwuFwuFwuFwuFwuFwuFwuFx9kGQyGQyGQyGQyGQyGQyGQyGR9sGw2Gw2Gw2Gw2Gw2Gw2Gw2Gx9"
    "0HQ6HQ6HQ6HQ6HQ6HQ6HQ6HQ/9k="
)
