// Hears every stroke before the canvas does, by mouse, finger and pen; and keeps strokes back while the canvas is about
// to start anew, so that none of them is lost.
import { isCanvas, upper } from "./canvas.js"

const PAD_SIZE = 280
const LONGEST_HOLD_MS = 3000 // no answer by then: the server can't be reached, and the canvas stays as it is

// "down" and "move" with a `point` [x, y] in pixels of the pad; "up" when the canvas has the stroke
export const pen = new EventTarget()

let drawing = null // {finger}: which one draws, undefined for the mouse
let lifted = null // the timer of an "up" that is to be told
let held = null // events that wait

export const isDown = () => drawing !== null

const ACTS = {
  mousedown: (event) => event.button === 0 && begin(event, event),
  mousemove: (event) => drawing && tell("move", event),
  mouseup: () => drawing && end(),
  touchstart: (event) => !drawing && begin(event, event.changedTouches[0]),
  touchmove: ({ changedTouches: [touch] }) => touch.identifier === drawing?.finger && tell("move", touch),
  touchend: (event) => drawing && !event.touches.length && end(),
  touchcancel: () => drawing && end(),
}
for (const [name, act] of Object.entries(ACTS)) {
  window.addEventListener(name, (event) => keepsBack(event) || act(event), { capture: true, passive: false })
}

function begin(event, place) {
  if (!isCanvas(event.composedPath()[0])) return
  if (lifted) up() // a quick hand
  drawing = { finger: place.identifier }
  tell("down", place)
}

function end() {
  drawing = null
  lifted = setTimeout(up) // the canvas hears of it after us, and has the stroke then
}

function up() {
  clearTimeout(lifted)
  lifted = null
  pen.dispatchEvent(new Event("up"))
}

// Where it is on the pad, as Fabric sees it: the canvas may be shown larger or smaller than it is.
function tell(name, { clientX, clientY }) {
  const { left, top, width, height } = upper()?.getBoundingClientRect() ?? {}
  const point = [((clientX - left) * PAD_SIZE) / width, ((clientY - top) * PAD_SIZE) / height]
  if (width) pen.dispatchEvent(Object.assign(new Event(name), { point }))
}

function keepsBack(event) {
  if (!held || !event.isTrusted) return false
  const begins = event.type === "mousedown" || event.type === "touchstart"
  if (begins ? !isCanvas(event.composedPath()[0]) : !held.events.length) return false
  event.stopImmediatePropagation()
  if (event.cancelable) event.preventDefault()
  held.events.push(event)
  return true
}

export function hold() {
  held ??= { events: [] }
  clearTimeout(held.timer)
  held.timer = setTimeout(release, LONGEST_HOLD_MS)
}

export function release() {
  if (!held) return
  const { events, timer } = held
  held = null
  clearTimeout(timer)
  for (const event of events) upper()?.dispatchEvent(copy(event))
}

function copy(event) {
  if (!("touches" in event)) return new MouseEvent(event.type, event)
  const { type, bubbles, cancelable, composed } = event
  const [touches, targetTouches, changedTouches] = [event.touches, event.targetTouches, event.changedTouches].map(
    (list) => [...list],
  )
  return new TouchEvent(type, { bubbles, cancelable, composed, touches, targetTouches, changedTouches })
}
