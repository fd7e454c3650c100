import assert from "node:assert/strict"
import { test } from "node:test"
import { fitted, inLine, spoken } from "../../pages/classroom/wall/wall_tiles.js"

test("few tiles are large, many are smaller, and all of them fit", () => {
  let before = Number.POSITIVE_INFINITY
  for (const tiles of [0, 1, 10, 30, 60, 120, 200]) {
    const { columns, side, shown } = fitted(tiles, 860, 680)
    assert.equal(shown, tiles)
    assert.ok(side <= before)
    assert.ok(columns * (side + 5) - 5 <= 860 + 1e-6)
    assert.ok(Math.ceil(tiles / columns) * (side + 5) - 5 <= 680)
    before = side
  }
})

test("what is too small to be seen from afar is left out", () => {
  const { side, shown } = fitted(4000, 860, 680)
  assert.ok(side >= 44)
  assert.ok(shown >= 150 && shown < 300)
})

test("a place without size has room for one column", () => {
  assert.deepEqual([fitted(5, 20, 10).columns, fitted(5, 20, 10).shown], [1, 1])
  assert.equal(inLine(5, 20, 10).columns, 1)
})

test("a line is as high as its place, and no wider", () => {
  const { columns, side, shown } = inLine(40, 700, 70)
  assert.equal(side, 65)
  assert.ok(columns * (side + 5) - 5 <= 700)
  assert.equal(shown, columns)
})

test("a screen reader hears what was read", () => {
  assert.equal(spoken(4, 4), "4, read correctly")
  assert.equal(spoken(4, 9), "4, read as 9")
})
