"""HDF5 files in the layouts of several versions: /usr/bin/python3 test/golden/hdf5.py

Made with Debian 12's python3-h5py 3.7.0 (HDF5 1.10.8). data/hdf5/VERSION.h5 hold the same values (chunks/pages apart, which the earliest has not), which
data/hdf5/values.json has as h5py reads them back. Files may differ from run to run where HDF5 writes times; the values do not.
"""
import json
import os

import h5py
import numpy as np

FOLDER = os.path.join(os.path.dirname(__file__), "data", "hdf5")


def fill(f, newest):
    rng = np.random.RandomState(20240726)

    def draw(*shape):
        return rng.randint(-256, 256, shape) / 64

    for dtype in ["f2", "f4", "f8", ">f4", ">f8", "i1", "u1", "i2", ">i2", "i4", "i8", "u2", "u4", "u8", "?"]:
        values = draw(2, 3)
        name = dtype.replace(">", "big_").replace("?", "bool")
        f.create_dataset(f"numbers/{name}", data=(np.abs(values) if "u" in dtype else values).astype(dtype))
    f.create_dataset("scalar", data=np.int64(12345678901))
    f.create_dataset("empty", shape=(0, 3), dtype="f4")
    f.create_dataset("chunks/gzip", data=draw(10, 7).astype("f4"), chunks=(4, 3), compression="gzip")
    f.create_dataset("chunks/shuffle", data=draw(10, 7), chunks=(4, 3), compression="gzip", shuffle=True)
    f.create_dataset("chunks/checksum", data=draw(33).astype("f4"), chunks=(8,), compression="gzip", shuffle=True, fletcher32=True)
    f.create_dataset("chunks/plain", data=draw(5, 4, 3).astype("f4"), chunks=(2, 3, 2))
    f.create_dataset("chunks/single", data=draw(5, 2).astype("f4"), chunks=(5, 2), compression="gzip")
    f.create_dataset("chunks/single_plain", data=draw(5, 2).astype("f4"), chunks=(5, 2))
    f.create_dataset("chunks/many", data=draw(150).astype("f2"), chunks=(1,))
    f.create_dataset("chunks/grows", data=draw(9, 7).astype("f4"), chunks=(4, 3), maxshape=(None, None), compression="gzip")
    f.create_dataset("chunks/grows_plain", data=draw(20, 7).astype("f4"), chunks=(2, 2), maxshape=(None, None))
    if newest:
        f.create_dataset("chunks/pages", data=(np.arange(1100) / 4).astype("f2"), chunks=(1,))
    compact = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    compact.set_layout(h5py.h5d.COMPACT)
    space = h5py.h5s.create_simple((6,))
    h5py.h5d.create(f.id, b"compact", h5py.h5t.IEEE_F32LE, space, compact).write(h5py.h5s.ALL, h5py.h5s.ALL, np.arange(6, dtype="f4"))
    many = f.create_group("many")
    for i in range(120):
        many.create_dataset(f"weight_{i}", data=np.full((1,), i, "i1"))
    texts = f.create_group("attributes")
    for i in range(30):
        texts.attrs[f"a{i}"] = f"text {i} é"
    texts.attrs["list"] = [b"one", b"two", b"threeee"]
    texts.attrs["any"] = np.array(["x", "yy", "zzz"], dtype=h5py.string_dtype())
    texts.attrs["numbers"] = np.arange(4.0)
    texts.attrs["number"] = 7
    texts.attrs["true"] = True
    texts.attrs["long"] = "é" * 3000
    split = f.create_group("split")
    split.attrs["names0"] = [b"a", b"b"]
    split.attrs["names1"] = [b"c"]
    deep = f
    for i in range(12):
        deep = deep.create_group(f"d{i}")
    deep.create_dataset("w", data=[1.0, 2.0])


for version, libver in {"earliest": None, "v110": "v110", "latest": "latest"}.items():
    path = os.path.join(FOLDER, f"{version}.h5")
    with h5py.File(path, "w", libver=libver, userblock_size=512 if version == "v110" else None) as f:
        fill(f, libver is not None)
values = {}
with h5py.File(os.path.join(FOLDER, "latest.h5")) as f:
    f.visititems(lambda name, item: values.__setitem__(name, {"shape": list(item.shape), "data": np.asarray(item[()], dtype="f8").ravel().tolist()}) if isinstance(item, h5py.Dataset) else None)
with open(os.path.join(FOLDER, "values.json"), "w") as out:
    out.write("{\n" + ",\n".join(f"  {json.dumps(name)}: {json.dumps(value, separators=(',', ':'))}" for name, value in sorted(values.items())) + "\n}\n")
