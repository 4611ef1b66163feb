"""Real photographs from scikit-image's own files, cut into squares: the calibration's and the measurements' inputs."""

from pathlib import Path

import numpy as np
from PIL import Image

PHOTOS = ["astronaut.png", "chelsea.png", "coffee.png", "rocket.jpg", "motorcycle_left.png", "motorcycle_right.png",
          "hubble_deep_field.jpg", "retina.jpg", "ihc.png", "camera.png", "coins.png", "horse.png", "moon.png", "page.png",
          "brick.png", "grass.png", "gravel.png", "clock_motion.png"]


def crops(folder, side, per_photo=3):
    """`per_photo` squares of each photo, from left or top to right or bottom, scaled to `side`: uint8 [n][side][side][3]."""
    result = []
    for name in PHOTOS:
        photo = Image.open(Path(folder) / name).convert("RGB")
        width, height = photo.size
        square = min(width, height) * 7 // 8
        for place in range(per_photo):
            left = (width - square) * place // max(1, per_photo - 1)
            top = (height - square) * place // max(1, per_photo - 1)
            crop = photo.crop((left, top, left + square, top + square)).resize((side, side), Image.Resampling.BICUBIC)
            result.append(np.asarray(crop))
    return np.stack(result)
