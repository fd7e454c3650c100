import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import { decode, encode, LONGEST, pack } from "../../ui/pad/browser/drawing.js"

const corpus = JSON.parse(readFileSync(new URL("../corpus/drawings.json", import.meta.url)))

test("the corpus has something in it", () => {
  assert.ok(corpus.drawings.length > 5)
  assert.ok(Object.keys(corpus.refused).length > 10)
})

for (const { name, drawing, text, decoded } of corpus.drawings) {
  test(`as in Python: ${name}`, () => {
    assert.equal(encode(drawing), text)
    assert.deepEqual(decode(text), decoded)
    assert.equal(pack(decoded), text)
  })
}

for (const [name, text] of Object.entries(corpus.refused)) {
  test(`refused: ${name}`, () => assert.equal(decode(text), null))
}

/** A scrawl with so many points, every one of which counts. */
const scrawl = (count) => [
  { width: 8, points: Array.from({ length: count }, (_, i) => [(i * i * 97) % 281, (i * i * 61) % 269]) },
]

test("what fits in no link is no text, but may be kept elsewhere", () => {
  assert.equal(encode(scrawl(4000)), null)
  const text = encode(scrawl(4000), 100_000)
  assert.ok(text.length > LONGEST)
  assert.equal(decode(text), null)
  assert.ok(decode(text, 100_000)[0].points.length > 3900)
})

test("more strokes or points than a drawing has are no text", () => {
  assert.equal(encode(scrawl(20_001), Infinity), null)
  assert.equal(encode(Array(201).fill({ width: 8, points: [[1, 1]] }), Infinity), null)
})
