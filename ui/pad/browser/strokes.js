// What is on the pad, stroke by stroke, also while one is being drawn.
import { asDrawn } from "./fabric.js"
import { pen } from "./pen.js"

let given = [] // what the server put on the canvas
let drawn = [] // what was drawn on it since
let points = null // of the stroke that is being drawn
let width = 18

pen.addEventListener("down", ({ point }) => {
  points = [point]
})
pen.addEventListener("move", ({ point }) => points?.push(point))
pen.addEventListener("up", () => {
  if (points) drawn.push({ points: asDrawn(points, width), width })
  points = null
})

// All strokes, each {points: [[x, y], ...], width} in pixels of the pad.
export function strokes() {
  const finished = [...given, ...drawn]
  return points ? [...finished, { points: asDrawn(points, width), width }] : finished
}

export function give(strokes) {
  given = strokes
  drawn = []
}

export function takeBack() {
  drawn.pop()
}

export function takeAllBack() {
  drawn = []
}

export function usePen(pixels) {
  width = pixels
}
