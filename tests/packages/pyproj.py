import threading

import pyproj

kept = threading.local()


def step(thread, i):
    if not hasattr(kept, "transformer"):
        kept.transformer = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:3857", always_xy=True)
    x, y = kept.transformer.transform(10 + thread, 50)
    assert abs(x - (10 + thread) * 111319.490793) < 0.01, x
