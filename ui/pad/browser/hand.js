// A hand that draws by itself, on a sheet laid over the pad: the first screen's example, and a drawing once more.
import { upper } from "./canvas.js"

const PAD_SIZE = 280
const FINE = 2 // the sheet's pixels for one of the pad's
const INK = "#1f2733"
const GREY = "#5b6472"

let running = null

// "frame" after each bit of ink, "stop" when the sheet is taken away
export const hand = new EventTarget()

// The strokes on the sheet so far, while it lies there; else null.
export const onSheet = () => running?.inked ?? null

// Draw these strokes ({width, points: [[x, y], ...]}, pad pixels) within so many milliseconds. `stays` leaves the
// sheet there until somebody stops it.
export function draw(strokes, { ms, stays = false }) {
  stop()
  const pad = upper()?.getRootNode().host?.parentElement
  if (!pad) return
  const canvas = document.createElement("canvas")
  canvas.className = "pad-sheet"
  canvas.width = canvas.height = PAD_SIZE * FINE
  pad.append(canvas)
  const context = canvas.getContext("2d")
  const whole = strokes.reduce((sum, stroke) => sum + length(stroke.points), 0)
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches
  const mine = { canvas, inked: [] }
  running = mine
  let began
  const frame = (now) => {
    if (running !== mine) return
    began ??= now
    const share = still ? 1 : Math.min(1, (now - began) / ms)
    mine.inked = beginning(strokes, share * whole)
    ink(context, mine.inked)
    if (stays) label(context)
    hand.dispatchEvent(new Event("frame"))
    if (share < 1) return requestAnimationFrame(frame)
    if (!stays) setTimeout(() => running === mine && stop(), still ? 1000 : 400)
  }
  requestAnimationFrame(frame)
}

// The drawing once more, not faster than an eye can follow.
export function replay(strokes) {
  const whole = strokes.reduce((sum, stroke) => sum + length(stroke.points), 0)
  draw(strokes, { ms: Math.min(6000, 600 + whole * 2.5) })
}

export function stop() {
  if (!running) return
  running.canvas.remove()
  running = null
  hand.dispatchEvent(new Event("stop"))
}

// The first `most` pixels of the strokes' way.
function beginning(strokes, most) {
  const inked = []
  for (const { width, points } of strokes) {
    const part = [points[0]]
    for (let n = 1; n < points.length && most > 0; n++) {
      const [from, to] = [points[n - 1], points[n]]
      const step = Math.hypot(to[0] - from[0], to[1] - from[1])
      const share = step > most ? most / step : 1
      part.push([from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share])
      most -= step
    }
    inked.push({ width, points: part })
    if (most <= 0) break
  }
  return inked
}

function ink(context, strokes) {
  context.setTransform(FINE, 0, 0, FINE, 0, 0)
  context.fillStyle = "#ffffff"
  context.fillRect(0, 0, PAD_SIZE, PAD_SIZE)
  context.strokeStyle = INK
  context.lineCap = context.lineJoin = "round"
  for (const { width, points } of strokes) {
    context.lineWidth = width
    context.beginPath()
    context.moveTo(...points[0])
    for (const point of points) context.lineTo(...point)
    context.stroke()
  }
}

function label(context) {
  context.fillStyle = GREY
  context.font = `14px ${getComputedStyle(document.body).fontFamily}`
  context.textAlign = "center"
  context.fillText("An example. Draw your own.", PAD_SIZE / 2, PAD_SIZE - 10)
}

function length(points) {
  let sum = 0
  for (let n = 1; n < points.length; n++) {
    sum += Math.hypot(points[n][0] - points[n - 1][0], points[n][1] - points[n - 1][1])
  }
  return sum
}
