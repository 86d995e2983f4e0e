#!/usr/bin/env bash
# Makes the tables of docs/ptq.md: what each correction of int8 does on labelled models of ../shared.
#   bash docs/ptq.sh [FOLDER OF SHARED]    prints Markdown; about two minutes
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
shared=$(cd "${1:-$root/../shared}" && pwd -P)
work=$root/out/ptq
mkdir -p "$work"

table() { # NAME MODEL DESCRIPTION [OPTIONS]
    printf '\n### %s\n\n```\n' "$1"
    "$root/selvedge" compress quantize "$2" --data "$3" --compare "${@:4}" 2>/dev/null
    printf '```\n'
}

cat >"$work/kws.yaml" <<EOF
kind: raw
path: $shared/data/kws/kws01_bins.tar
record: {dtype: int8, shape: [1, 1, 49, 10]}
labels: {file: $shared/data/kws/y_labels.csv, key: 0, value: 2}
input: {name: input, dtype: float32, offset: -83, scale: 0.58470291}
metric: top1
calibration: {split: 200, seed: 1}
EOF
cat >"$work/cifar.yaml" <<EOF
kind: images
path: $shared/data/cifar10/cifar10_test_jpg.tar.gz
classes: [airplane, automobile, bird, cat, deer, dog, frog, horse, ship, truck]
input: {name: input, layout: NCHW, colour: RGB, resize: [32, 32], dtype: float32, scale: 1, offset: 0, mean: 0, std: 1}
metric: top1
calibration: {path: $shared/data/cifar10/cifar10_train_jpg.tar.gz, take: 200, seed: 1}
EOF
python3 - "$shared/models/gesture/data" "$work" <<'EOF'
import csv, glob, io, os, struct, sys, zipfile
source, work = sys.argv[1:]
names = sorted(os.path.basename(f)[:-4] for f in glob.glob(source + "/test/*.csv"))

def npy(descr, shape, data):
    head = repr({"descr": descr, "fortran_order": False, "shape": shape}).encode()
    head += b" " * (63 - (10 + len(head)) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head + data

def write(part):
    x, y = [], []
    for label, name in enumerate(names):
        rows = list(csv.reader(open(f"{source}/{part}/{name}.csv")))[1:]
        for start in range(0, len(rows) - 118, 119):
            for axis in range(6):
                for row in rows[start:start + 119]:
                    v = float(row[axis])
                    x.append((v + 4) / 8 if axis < 3 else (v + 2000) / 4000)
            y.append(label)
    with zipfile.ZipFile(f"{work}/gesture-{part}.npz", "w") as z:
        z.writestr("input.npy", npy("<f4", (len(y), 6, 119), struct.pack(f"<{len(x)}f", *x)))
        z.writestr("y.npy", npy("<i8", (len(y),), struct.pack(f"<{len(y)}q", *y)))

write("train")
write("test")
EOF
cat >"$work/gesture.yaml" <<EOF
kind: npz
path: $work/gesture-test.npz
metric: top1
calibration: {path: $work/gesture-train.npz}
EOF

tiny=$shared/models/mlperf-tiny
table "Keyword spotter (DS-CNN), 800 windows" "$tiny/mlperftiny_kws_dscnn_fp32_nchw.onnx" "$work/kws.yaml"
table "ResNet-8, 10,000 JPEG images" "$tiny/mlperftiny_ic_resnet8_fp32_nchw.onnx" "$work/cifar.yaml"
table "Gestures, 25 recordings" "$shared/models/gesture/weights/model.onnx" "$work/gesture.yaml"
