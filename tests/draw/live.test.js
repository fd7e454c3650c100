import assert from "node:assert/strict"
import { test } from "node:test"
import { distance, middleLine } from "../../ui/pad/browser/distance.js"
import { directionMaps } from "../../ui/pad/browser/movement.js"
import { DamagedFile, fromHalf, parse } from "../../ui/pad/browser/network.js"
import { flattened, pathOf, strokeOf } from "../../ui/pad/browser/pencil.js"
import { pieces } from "../../ui/pad/browser/pieces.js"
import { render, roundToEven } from "../../ui/pad/browser/raster.js"
import { area, linear, resized } from "../../ui/pad/browser/resize.js"
import { toMnist } from "../../ui/pad/browser/to_mnist.js"
import { answer, joined, Reader } from "../../ui/pad/browser/worker.js"

const PIXELS = 280 * 280

// A network of one layer, whose last output is the strongest, whatever it sees.
function file(change = (header) => header, units = 10, input = [28, 28, 1]) {
  const weights = input[0] * input[1] * input[2] * units + units
  const header = change({
    input,
    output: "digit",
    weights,
    layers: [{ kind: "dense", units, activations: ["softmax"], name: "digit" }],
  })
  let text = JSON.stringify(header)
  text += " ".repeat(text.length % 2)
  const bytes = new Uint8Array(8 + text.length + 2 * weights)
  bytes.set(new TextEncoder().encode("DLN1"))
  new DataView(bytes.buffer).setUint32(4, text.length, true)
  bytes.set(new TextEncoder().encode(text), 8)
  new DataView(bytes.buffer).setUint16(bytes.length - 2, 0x4000, true) // the last bias is 2
  return bytes.buffer
}

// --- the picture ---

test("a tap is a dot as wide as the pen", () => {
  const picture = render([{ points: [[100, 100]], width: 20 }])
  assert.equal(picture[100 * 280 + 100], 0)
  assert.equal(picture[100 * 280 + 91], 0)
  assert.equal(picture[100 * 280 + 113], 255)
})

test("a stroke far outside the pad leaves it white", () => {
  const picture = render([
    {
      points: [
        [-9000, 5000],
        [9000, 9000],
      ].concat([[-500, 400]]),
      width: 30,
    },
  ])
  assert.ok(picture.every((value) => value === 255))
})

test("halves are rounded to the even number, as in Python", () => {
  assert.deepEqual([0.5, 1.5, 2.5, -0.5, -1.5, 2.4].map(roundToEven), [0, 2, 2, 0, -2, 2])
})

test("a pencil's line goes through the middles, and ends where the pen did", () => {
  const places = [
    [10, 10],
    [20, 10],
    [20, 30],
  ]
  assert.deepEqual(pathOf(places, 0), [
    ["M", 10, 10],
    ["Q", 10, 10, 15, 10],
    ["Q", 20, 10, 20, 20],
    ["L", 20, 30],
  ])
  assert.deepEqual(
    flattened([
      ["M", 0, 0],
      ["Q", 2, 2, 4, 0],
    ]),
    [
      [0, 0],
      [2, 1],
      [4, 0],
    ],
  )
})

test("a finished stroke loses points that are too close, and a tap stays one", () => {
  const close = [
    [0, 0],
    [0.1, 0],
    [0.2, 0],
    [5, 0],
    [5.1, 0],
    [9, 0],
  ]
  assert.ok(strokeOf(close, 8).points.length < flattened(pathOf(close, 8)).length)
  const [[left, top], [right, bottom]] = [strokeOf([[3, 4]], 8).points[0], strokeOf([[3, 4]], 8).points.at(-1)]
  assert.deepEqual([(left + right) / 2, top, bottom], [3, 4, 4])
})

// --- what OpenCV does ---

test("distances are steps straight, diagonal and of a knight", () => {
  const mask = new Uint8Array(25).fill(1)
  mask[12] = 0
  const found = distance(mask, 5, 5)
  assert.deepEqual([...found.subarray(10, 15)], [2, 1, 0, 1, 2])
  assert.equal(found[6], Math.fround(1.4))
  assert.equal(found[1], Math.fround(2.1969))
  assert.deepEqual([...distance(mask.fill(1), 5, 5, true).subarray(10, 15)], [1, 2, 3, 2, 1])
})

test("the middle line is where it is deepest", () => {
  assert.deepEqual([...middleLine(Float32Array.of(0, 1, 2, 1, 0, 0), 6, 1)], [0, 0, 1, 0, 0, 0])
})

test("pixels that touch at a corner hang together", () => {
  const mask = Uint8Array.of(0, 1, 0, 1, 1, 0, 0, 1, 0, 0, 0, 1)
  const found = pieces(mask, 4, 3)
  assert.deepEqual(found.pieces, [
    { area: 2, longest: 2 },
    { area: 3, longest: 3 },
  ])
  assert.equal(found.labels[4], 1)
})

test("a picture shrinks to means, also over parts of pixels", () => {
  const picture = { data: Float32Array.of(0, 3, 6), width: 3, height: 1 }
  assert.deepEqual([...area(picture, 1, 1).data], [3])
  assert.deepEqual([...area(picture, 2, 1).data], [1, 5])
})

test("a picture grows between its pixels, and stays itself at the edges", () => {
  const picture = { data: Float32Array.of(0, 4), width: 2, height: 1 }
  assert.deepEqual([...linear(picture, 4, 1).data], [0, 1, 3, 4])
  assert.equal(resized(picture, 1), picture)
})

// --- what a model sees ---

test("an empty pad is no digit", () => {
  assert.deepEqual(toMnist(new Uint8Array(PIXELS).fill(255), 280, 280), { seen: null, photo: false })
})

test("ink all around is a photo to Python: no answer here", () => {
  const picture = render([
    {
      points: [
        [0, 0],
        [279, 0],
        [279, 180],
      ],
      width: 30,
    },
  ])
  assert.deepEqual(toMnist(picture, 280, 280), { seen: null, photo: true })
})

test("grey and coloured ink, dark and light, are seen alike", () => {
  const dark = render([
    {
      points: [
        [90, 60],
        [200, 70],
        [120, 230],
      ],
      width: 18,
    },
  ])
  const light = dark.map((value) => 255 - value)
  const coloured = new Uint8ClampedArray(4 * PIXELS).fill(255)
  for (let i = 0; i < PIXELS; i++) coloured[4 * i + 1] = dark[i]
  const seen = toMnist(dark, 280, 280).seen
  assert.equal(seen.length, 784)
  assert.ok(Math.max(...seen) > 0.9)
  assert.deepEqual(toMnist(light, 280, 280).seen, seen)
  assert.deepEqual(toMnist(coloured, 280, 280).seen, seen)
})

test("a stray dot is forgotten", () => {
  const digit = {
    points: [
      [90, 60],
      [200, 70],
      [120, 230],
    ],
    width: 18,
  }
  const dot = { points: [[40, 220]], width: 12 }
  const alone = toMnist(render([digit]), 280, 280).seen
  const off = (seen) => seen.reduce((sum, value, i) => sum + Math.abs(value - alone[i]), 0)
  assert.ok(off(toMnist(render([digit, dot]), 280, 280).seen) < 10)
  assert.ok(off(toMnist(render([digit, { ...dot, width: 40 }]), 280, 280).seen) > 50, "a blot is not")
})

// --- the pen's movement ---

const line = (...points) => ({ points, width: 18 })
const sums = (maps) =>
  [...Array(10).keys()].map((map) => maps.reduce((sum, value, i) => sum + (i % 10 === map) * value, 0))
const near = (found, wanted) =>
  assert.ok(
    found.every((value, i) => Math.abs(value - wanted[i]) < 1e-5),
    `${found}`,
  )

test("each direction has a map, and what lies between two is in both", () => {
  near(sums(directionMaps([line([10, 50], [110, 50])])), [11, 0, 0, 0, 0, 0, 0, 0, 1, 1])
  near(sums(directionMaps([line([50, 10], [50, 110])])), [0, 0, 11, 0, 0, 0, 0, 0, 1, 1])
  const steep = Math.tan(Math.PI / 8)
  near(sums(directionMaps([line([0, 0], [-100, -100 * steep])])).slice(4, 6), Array(2).fill(5.5 * Math.hypot(1, steep)))
})

test("strokes begin and end where they do, also as dots", () => {
  const maps = directionMaps([line([0, 0]), line([110, 110])])
  near(sums(maps), [0, 0, 0, 0, 0, 0, 0, 0, 2, 2])
  const at = (row, column, map) => maps[(row * 14 + column) * 10 + map]
  near([at(1, 1, 8), at(1, 1, 9), at(12, 12, 8), at(12, 12, 9)], [1, 1, 1, 1])
})

test("two opinions become one by the mean of their logits", () => {
  const [one, other] = [Float32Array.of(0.8, 0.2), Float32Array.of(0.2, 0.8)]
  near([...joined(one, other, { weight: 0.5, temperature: 1 })], [0.5, 0.5])
  near([...joined(one, other, { weight: 0, temperature: 1 })], [0.8, 0.2])
  near([...joined(one, other, { weight: 1, temperature: 0.5 })], [1 / 17, 16 / 17])
  assert.ok(
    joined(Float32Array.of(1, 0), Float32Array.of(0, 1), { weight: 0.6, temperature: 1 }).every((p) => p > 0.01),
  )
})

// --- networks ---

test("half precision is read to the last bit", () => {
  assert.deepEqual([0x3c00, 0xc000, 0x0001, 0x7bff, 0x8000].map(fromHalf), [1, -2, 2 ** -24, 65504, -0])
  assert.equal(fromHalf(0x7c00), Number.POSITIVE_INFINITY)
  assert.ok(Number.isNaN(fromHalf(0x7e00)))
})

test("a network says what its weights say", () => {
  const network = parse(file())
  const found = network.run(new Float32Array(784).fill(1))
  assert.ok(Math.abs(found[9] - Math.E ** 2 / (Math.E ** 2 + 9)) < 1e-6)
  assert.deepEqual(
    network.inside().map(({ name, channels }) => [name, channels]),
    [["digit", 10]],
  )
})

test("a file that is cut off, or of another kind, is no network", () => {
  const whole = file()
  for (const length of [0, 3, 8, 40, whole.byteLength - 2, whole.byteLength - 1]) {
    assert.throws(() => parse(whole.slice(0, length)), DamagedFile)
  }
  assert.throws(() => parse(new TextEncoder().encode("<!DOCTYPE html><html></html>").buffer), DamagedFile)
  const unknown = { kind: "attention", activations: [] }
  assert.throws(() => parse(file((header) => ({ ...header, layers: [unknown] }))), DamagedFile)
  const gelu = { kind: "dense", units: 10, activations: ["gelu"] }
  assert.throws(() => parse(file((header) => ({ ...header, layers: [gelu] }))), DamagedFile)
  const large = { kind: "dense", units: 11, activations: [] }
  assert.throws(() => parse(file((header) => ({ ...header, layers: [large] }))), DamagedFile)
  const small = { kind: "dense", units: 9, activations: [] }
  assert.throws(() => parse(file((header) => ({ ...header, layers: [small] }))), DamagedFile)
})

// --- the worker ---

const strokes = [
  {
    points: [
      [90, 60],
      [200, 70],
      [120, 230],
    ],
    width: 18,
  },
]

function reader() {
  const made = new Reader()
  made.add("linear", file())
  made.add("detector", file(undefined, 11))
  return made
}

test("the worker answers, and hands its buffers over", async () => {
  const [fromStrokes, buffers] = await answer(reader(), { kind: "read", id: 7, model: "linear", strokes, inside: true })
  assert.equal(fromStrokes.kind, "read")
  assert.equal(fromStrokes.id, 7)
  assert.ok(Math.abs(fromStrokes.score - 10 / (10 + Math.E ** 2)) < 1e-6, "one minus the eleventh output")
  assert.equal(buffers.length, 3)
  const [plain] = await answer(reader(), { kind: "read", id: 8, model: "linear", strokes })
  assert.deepEqual(plain.seen, fromStrokes.seen)
  assert.equal(plain.inside, undefined)
})

test("the reader of strokes is asked, too, where the answers are joined", async () => {
  const made = reader()
  const join = { weight: 0.25, temperature: 1.2 }
  const asked = { kind: "read", id: 1, model: "linear", strokes, join }
  assert.equal((await answer(made, asked))[0].kind, "failed", "its file is missing")
  made.add("strokes", file(undefined, 10, [14, 14, 10]))
  const [found] = await answer(made, asked)
  const [alone] = await answer(made, { ...asked, join: null })
  assert.deepEqual(found.byPicture, alone.probabilities)
  near([...found.byMovement], [...alone.probabilities]) // both files say the same
  near([...found.probabilities], [...joined(found.byPicture, found.byMovement, join)])
  assert.deepEqual([alone.byPicture, alone.byMovement], [null, null])
})

test("without ink there is nothing to say", async () => {
  const [found] = await answer(reader(), { kind: "read", id: 1, model: "linear", strokes: [] })
  assert.deepEqual([found.seen, found.probabilities, found.score], [null, null, 0])
})

test("what can't be done is said, with the number of the question", async () => {
  const [unknown] = await answer(reader(), { kind: "read", id: 3, model: "committee", strokes })
  assert.deepEqual([unknown.kind, unknown.id], ["failed", 3])
  const [missing] = await answer(new Reader(), { kind: "load", urls: { cnn: "http://127.0.0.1:9/cnn.bin" } })
  assert.equal(missing.kind, "failed")
})

test("what is loaded once is not fetched again", async () => {
  const [loaded] = await answer(reader(), { kind: "load", urls: { linear: "http://127.0.0.1:9/linear.bin" } })
  assert.deepEqual(loaded, { kind: "loaded", names: ["linear", "detector"] })
})
