import assert from "node:assert/strict"
import { test } from "node:test"
import { order } from "../../pages/classroom/desk/tiles.js"

test("what the desk wants is shown, while nobody is about to press", () => {
  assert.deepEqual(order([], [3, 2, 1], false), [3, 2, 1])
  assert.deepEqual(order([2, 1], [4, 3, 2], false), [4, 3, 2])
})

test("while it holds still, none is put before another one", () => {
  assert.deepEqual(order([3, 2, 1], [5, 4, 3, 2, 1], true), [3, 2, 1])
  assert.deepEqual(order([5, 3], [6, 5, 4, 3, 2], true), [5, 3, 2])
})

test("what has gone goes at once, and what comes at the end comes", () => {
  assert.deepEqual(order([1, 2, 3], [1, 3, 4], true), [1, 3, 4])
  assert.deepEqual(order([1, 2, 3], [7, 8], true), [7, 8])
  assert.deepEqual(order([1, 2], [], true), [])
})
