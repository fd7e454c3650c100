// A drawing as a short text and back, as digitlab/draw/link.py does it; that file describes the format.
// A drawing is a list of strokes {points: [[x, y], ...], width}, in pixels of the pad.

export const LONGEST = 3500 // characters of a text in a link
const VERSION = "1"
const MAX_STROKES = 200
const MAX_POINTS = 20000 // in all
const PAD_SIZE = 280
const FAR = 10000 // pixels
const TOLERANCES = [0.3, 1, 2] // pixels; the finest that fits
const UNITS = 4 // in a pixel
const BYTES = 3 // of a varint, at most

/** The drawing as a text of at most `longest` characters; null where it doesn't fit. Points that it doesn't
 * need are left out: no line is half a pixel off then; if it wouldn't fit otherwise, three and a half. */
export function encode(drawing, longest = LONGEST) {
  const points = drawing.reduce((sum, stroke) => sum + stroke.points.length, 0)
  if (drawing.length > MAX_STROKES || points > MAX_POINTS) return null
  let strokes = drawing
  for (const tolerance of TOLERANCES) {
    strokes = strokes.map((stroke) => simplified(stroke, tolerance))
    const text = pack(strokes)
    if (text.length <= longest) return text
  }
  return null
}

/** The stroke with fewer of its points: neither line is more than `tolerance` pixels from the other. From each
 * point that stays a straight line is pulled on, for as long as it passes all points on the way closely. */
export function simplified({ points, width }, tolerance) {
  if (points.length < 2) return { points, width }
  let last = points[0]
  const kept = [last]
  let [start, reach, ahead, low, high] = [last, 0, [1, 0], 0, 0]
  for (const point of points.slice(1)) {
    let way = between(start, point)
    let turn = angle(ahead, way)
    if (reach && (Math.hypot(...way) < reach || turn < low || turn > high)) {
      kept.push(last)
      start = last
      reach = 0
      way = between(start, point)
    }
    const length = Math.hypot(...way)
    if (length > tolerance) {
      // the first that is far enough says where to: any direction, in radians
      if (!reach) [ahead, turn, low, high] = [way, 0, -4, 4]
      reach = length
      low = Math.max(low, turn - tolerance / length)
      high = Math.min(high, turn + tolerance / length)
    }
    last = point
  }
  kept.push(last)
  return { points: kept, width }
}

/** The drawing with all its points, as text of any length. */
export function pack(drawing) {
  const bytes = drawing.flatMap(({ points, width }) => {
    let [x, y] = [0, 0]
    const steps = points.flatMap(([right, down]) => {
      const [wasX, wasY] = [x, y]
      x = rounded(right)
      y = rounded(down)
      return [zigzag(x - wasX), zigzag(y - wasY)]
    })
    return [rounded(width), points.length, ...steps].flatMap(varint)
  })
  const binary = bytes.map((byte) => String.fromCharCode(byte)).join("")
  return VERSION + btoa(binary).replace(/=+$/, "").replaceAll("+", "-").replaceAll("/", "_")
}

/** The drawing that the text holds; null for what `encode` can't have written: it may come from anybody. */
export function decode(text, longest = LONGEST) {
  const base64 = text.slice(VERSION.length)
  if (text.length > longest || !text.startsWith(VERSION)) return null
  if (base64.length % 4 === 1 || !/^[A-Za-z0-9_-]*$/.test(base64)) return null
  const numbers = unpacked(atob(base64.replaceAll("-", "+").replaceAll("_", "/")))
  if (!numbers) return null
  const strokes = []
  let budget = MAX_POINTS
  for (let at = 0; at < numbers.length; ) {
    const width = numbers[at] / UNITS
    const count = numbers[at + 1] ?? 0
    const end = at + 2 + 2 * count
    budget -= count
    if (!(width >= 1 && width <= PAD_SIZE) || !count || end > numbers.length) return null
    if (budget < 0 || strokes.length === MAX_STROKES) return null
    const points = placed(numbers.slice(at + 2, end))
    if (!points) return null
    strokes.push({ points, width })
    at = end
  }
  return strokes
}

const between = (from, to) => [to[0] - from[0], to[1] - from[1]]

/** From one direction to another, in radians from -pi to pi. */
const angle = (from, to) => Math.atan2(from[0] * to[1] - from[1] * to[0], from[0] * to[0] + from[1] * to[1])

const rounded = (pixels) => Math.floor(pixels * UNITS + 0.5)

const zigzag = (number) => (number < 0 ? -2 * number - 1 : 2 * number)

function varint(number) {
  const bytes = []
  let rest = number
  for (; rest > 127; rest >>= 7) bytes.push((rest & 127) | 128)
  return [...bytes, rest]
}

/** The numbers in a string of bytes; null where one is too long or isn't all there. */
function unpacked(binary) {
  const numbers = []
  let [number, shift] = [0, 0]
  for (const character of binary) {
    const byte = character.charCodeAt(0)
    number |= (byte & 127) << shift
    shift += 7
    if (byte < 128) {
      numbers.push(number)
      number = 0
      shift = 0
    } else if (shift === 7 * BYTES) return null
  }
  return shift ? null : numbers
}

/** Zigzagged steps as points in pixels; null where they lead too far away. */
function placed(steps) {
  const points = []
  let [x, y] = [0, 0]
  for (let i = 0; i < steps.length; i += 2) {
    x += (steps[i] >> 1) ^ -(steps[i] & 1)
    y += (steps[i + 1] >> 1) ^ -(steps[i + 1] & 1)
    if (Math.max(Math.abs(x), Math.abs(y)) > FAR * UNITS) return null
    points.push([x / UNITS, y / UNITS])
  }
  return points
}
