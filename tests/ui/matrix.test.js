import assert from "node:assert/strict"
import { test } from "node:test"
import { beside } from "../../ui/components/matrix.js"

test("arrow keys lead to the cell beside", () => {
  assert.equal(beside("4,9", "ArrowUp"), "3,9")
  assert.equal(beside("4,9", "ArrowDown"), "5,9")
  assert.equal(beside("4,9", "ArrowLeft"), "4,8")
  assert.equal(beside("4,8", "ArrowRight"), "4,9")
})

test("other keys lead nowhere", () => {
  assert.equal(beside("4,9", "Enter"), null)
})
