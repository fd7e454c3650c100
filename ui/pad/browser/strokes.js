// What is on the pad, stroke by stroke, also while one is being drawn.
import { pen } from "./pen.js"
import { strokeOf } from "./pencil.js"

let given = [] // what the server put on the canvas
let drawn = [] // what was drawn on it since
let places = null // where the pen was in the stroke that is being drawn
let width = 18

pen.addEventListener("down", ({ point }) => {
  places = [point]
})
pen.addEventListener("move", ({ point }) => places?.push(point))
pen.addEventListener("up", () => {
  if (places) drawn.push(strokeOf(places, width))
  places = null
})

// All strokes, each {points: [[x, y], ...], width} in pixels of the pad. The one that is being drawn is as it would be
// if the pen were lifted now.
export function strokes() {
  const finished = [...given, ...drawn]
  return places ? [...finished, strokeOf(places, width)] : finished
}

export function give(strokes) {
  given = strokes
  drawn = []
}

// How many strokes the canvas has that it was not given.
export const drawnSince = () => drawn.length

export function takeBack() {
  drawn.pop()
}

export function takeAllBack() {
  drawn = []
}

export function usePen(pixels) {
  width = pixels
}
