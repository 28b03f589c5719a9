"""What a scanner and a picture file do to a slice."""

import io
from dataclasses import dataclass

import numpy as np
from numpy.random import SFC64, Generator
from numpy.typing import NDArray
from PIL import Image

from core.data.simulated.arrays import FloatArray
from core.data.simulated.parameters import SCAN_TYPES, AcquisitionParameters, ScanType
from core.data.simulated.raster import Raster


@dataclass(frozen=True, eq=False)
class Acquisition:
    """One scan of a slice.

    Attributes:
        bias: Terms of the log of the coil's sensitivity, in x, y, x², y² and
            xy, which go from -1 to 1 over the image, shape (5,).
        blur_px: Standard deviation of the blur, in pixels of an image of 150.
        noise: Standard deviation of the noise.
        noise_seed: Draws it.
        is_magnitude: Whether pixels are magnitudes of complex values.
        window: Share of the pixels that are not saturated.
        white: The lowest intensity that may be shown as white.
        gamma: Exponent of the intensities within the window.
        jpeg_quality: Quality of the file.
    """

    bias: NDArray[np.float64]
    blur_px: float
    noise: float
    noise_seed: int
    is_magnitude: bool
    window: float
    white: float
    gamma: float
    jpeg_quality: int

    def picture(self, intensities: FloatArray, raster: Raster) -> NDArray[np.uint8]:
        """Make the picture of a slice.

        Args:
            intensities: Shape (size_px, size_px), 0 and more.
            raster: The pixels.

        Returns:
            Shape (size_px, size_px), 0 black to 255 white.
        """
        received = intensities * self._sensitivity(raster)
        noisy = self._noisy(raster.blurred(received, raster.scaled(self.blur_px)))
        return compressed(self._windowed(noisy), self.jpeg_quality)

    def _sensitivity(self, raster: Raster) -> FloatArray:
        side = 2 * raster.centres
        x, y = side[np.newaxis, :], side[:, np.newaxis]
        along_x, along_y, bend_x, bend_y, twist = self.bias.astype(np.float32)
        log = along_x * x + bend_x * x**2 + (along_y * y + bend_y * y**2) + twist * x * y
        return np.exp(log)

    def _noisy(self, image: FloatArray) -> FloatArray:
        """Add the noise of a scanner: Rician to a magnitude, else Gaussian."""
        rng = Generator(SFC64(self.noise_seed))  # the fastest that NumPy has
        real, imaginary = np.float32(self.noise) * rng.standard_normal(
            (2, *image.shape),
            dtype=np.float32,
        )
        if self.is_magnitude:
            return np.sqrt((image + real) ** 2 + imaginary**2)
        return np.maximum(image + real, 0)

    def _windowed(self, image: FloatArray) -> NDArray[np.uint8]:
        """Spread intensities from 0 to the window's top over 0 to 255."""
        every_fourth = image[::2, ::2].ravel()
        rank = int(self.window * every_fourth.size) - 1
        top = max(float(np.partition(every_fourth, rank)[rank]), self.white)
        gray = np.clip(image / np.float32(top), 0, 1) ** np.float32(self.gamma)
        return (gray * 255 + np.float32(0.5)).astype(np.uint8)


def draw_acquisition(
    rng: Generator,
    scan_type: ScanType,
    parameters: AcquisitionParameters,
) -> Acquisition:
    """Draw how a slice is scanned."""
    scan = SCAN_TYPES[scan_type]
    return Acquisition(
        bias=rng.standard_normal(len(parameters.bias)) * parameters.bias,
        blur_px=parameters.blur_px.draw(rng),
        noise=parameters.noise.draw(rng),
        noise_seed=int(rng.integers(2**31)),
        is_magnitude=scan.is_magnitude,
        window=parameters.window.draw(rng),
        white=scan.white.draw(rng),
        gamma=parameters.gamma.draw(rng),
        jpeg_quality=int(parameters.jpeg_quality.draw(rng)),
    )


def compressed(image: NDArray[np.uint8], quality: int) -> NDArray[np.uint8]:
    """Give what is left of a picture, shape (H, W), in a JPEG file."""
    file = io.BytesIO()
    Image.fromarray(image).save(file, "JPEG", quality=quality)
    with Image.open(file) as picture:
        return np.asarray(picture)
