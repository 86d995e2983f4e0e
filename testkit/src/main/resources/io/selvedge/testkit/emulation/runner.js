// The same as runner.c for a WebAssembly module: node runner.js runs library.wasm of the folder it is started in.
'use strict';
const fs = require('fs');
const GUARD = 256, PAINT = 0x5c;
const numbers = fs.readFileSync('plan.txt', 'ascii').trim().split(/\s+/).map(Number);
const [weightBytes, preparedBytes, arenaBytes, samples, inputs, outputs] = numbers;
const sizes = numbers.slice(6);
const model = new WebAssembly.Instance(new WebAssembly.Module(fs.readFileSync('library.wasm')), {}).exports;

const pieces = [];
let end = model.__heap_base.value;
function guarded(bytes) {
    const at = Math.ceil(end / 64) * 64 + GUARD;
    pieces.push({at, bytes});
    end = at + bytes + GUARD;
    return at;
}
const weights = guarded(weightBytes), prepared = guarded(preparedBytes), arena = guarded(arenaBytes);
const io = sizes.map(guarded), table = guarded(4 * (sizes.length + 1));
const missing = end - model.memory.buffer.byteLength;
if (missing > 0) model.memory.grow(Math.ceil(missing / 65536));
const memory = new Uint8Array(model.memory.buffer);
for (const {at, bytes} of pieces) memory.fill(PAINT, at - GUARD, at + bytes + GUARD).fill(0xff, at, at + bytes);
memory.set(fs.readFileSync('weights.bin').subarray(0, weightBytes), weights);
new Uint32Array(memory.buffer, table, sizes.length + 1).set([...io, prepared]);

model.selvedge_prepare(weights, prepared);
const given = fs.readFileSync('inputs.bin'), results = fs.openSync('outputs.bin', 'w');
let from = 0;
for (let sample = 0; sample < samples; sample++) {
    for (let i = 0; i < inputs; i++, from += sizes[i - 1]) memory.set(given.subarray(from, from + sizes[i]), io[i]);
    if (model.selvedge_run(weights, table, arena, 0, 1)) throw new Error('the model found bad data');
    for (let i = inputs; i < inputs + outputs; i++) fs.writeSync(results, memory, io[i], sizes[i]);
}
for (const {at, bytes} of pieces)
    for (let k = 0; k < GUARD; k++)
        if (memory[at - 1 - k] !== PAINT || memory[at + bytes + k] !== PAINT)
            throw new Error('the model wrote outside of its memory');
