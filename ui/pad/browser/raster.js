// Strokes -> their picture, bit for bit as the server draws it (digitlab/strokes.py, `render`).
//
// The canvas's own pixels won't do: each browser draws and smooths a line in its own way, some blur what is
// read back, and all draw thinner than OpenCV. A reader on the edge then says one thing while the pen is down
// and another when it is up. This is OpenCV's way to draw a thick, anti-aliased polyline (cv2.polylines with
// LINE_AA; modules/imgproc/src/drawing.cpp, Apache License 2.0), for one byte a pixel and black ink.
//
// Coordinates are in fixed point, 1/65536 of a pixel. Products of two of them pass 32 bits, so they are kept
// as doubles, which are exact up to 53.

const ONE = 65536
const PER_POINT = 4096 // the server rounds points to 1/16 of a pixel
const EVEN = 6755399441055744 // 1.5 * 2^52: adding it leaves no room for a fraction

// How dark the pixels beside a line are, by their distance from it in 1/32 of a pixel; and how much the line
// gains by its slope, since it is measured along an axis. OpenCV's own numbers.
const DARKNESS = Uint8Array.of(
  ...[168, 177, 185, 194, 202, 210, 218, 224, 231, 236, 241, 246, 249, 252, 254, 254],
  ...[254, 254, 252, 249, 246, 241, 236, 231, 224, 218, 210, 202, 194, 185, 177, 168],
  ...[158, 149, 140, 131, 122, 114, 105, 97, 89, 82, 75, 68, 62, 56, 50, 45],
  ...[40, 36, 32, 28, 25, 22, 19, 16, 14, 12, 11, 9, 8, 7, 5, 5],
)
const SLOPE_GAIN = Uint8Array.of(
  ...[181, 181, 181, 182, 182, 183, 184, 185, 187, 188, 190, 192, 194, 196, 198, 201],
  ...[203, 206, 209, 211, 214, 218, 221, 224, 227, 231, 235, 238, 242, 246, 250, 254],
)

// OpenCV's table has seven digits of each sine
const SINE = Float32Array.from({ length: 451 }, (_, degrees) => Number(Math.sin((degrees * Math.PI) / 180).toFixed(7)))

/** To the nearest integer, halves to the even one, as Python and OpenCV round. For |x| < 2^51. */
export function roundToEven(x) {
  return x + EVEN - EVEN
}

/**
 * Picture of the strokes: black ink (0) on white paper (255), anti-aliased, round caps and joins.
 * @param {{points: ArrayLike<number[]>, width: number}[]} strokes points [x, y] in pad pixels
 * @param {number} size pixels, width and height of the picture
 * @param {Uint8Array} [picture] size * size bytes to draw into, over what is there
 * @returns {Uint8Array} size * size bytes, row by row
 */
export function render(strokes, size = 280, picture = new Uint8Array(size * size).fill(255)) {
  for (const { points, width } of strokes) drawStroke(picture, size, points, Math.max(1, roundToEven(width)))
  return picture
}

function drawStroke(picture, size, points, thickness) {
  const along = Array.from(points, ([x, y]) => [roundToEven(x * 16) * PER_POINT, roundToEven(y * 16) * PER_POINT])
  if (along.length === 1) along.push(along[0]) // a tap is a dot
  for (let i = 1; i < along.length; i++) {
    const [x0, y0] = along[i - 1]
    const [x1, y1] = along[i]
    if (thickness === 1) drawLine(picture, size, x0, y0, x1, y1)
    else drawSegment(picture, size, x0, y0, x1, y1, thickness, i === 1)
  }
}

/** A thick line: a rectangle, and a disc at its end; the first of a stroke has one at its beginning, too. */
function drawSegment(picture, size, x0, y0, x1, y1, thickness, isFirst) {
  const radius = (thickness * ONE) / 2
  const dx = (x0 - x1) / ONE
  const dy = (y1 - y0) / ONE
  const squared = dx * dx + dy * dy
  if (squared > Number.EPSILON) {
    const r = (radius + (thickness % 2) * ONE * 0.5) / Math.sqrt(squared)
    const ox = roundToEven(dy * r)
    const oy = roundToEven(dx * r)
    fillConvex(picture, size, [x0 + ox, x0 - ox, x1 - ox, x1 + ox], [y0 + oy, y0 - oy, y1 - oy, y1 + oy])
  }
  if (isFirst) drawDisc(picture, size, x0, y0, radius)
  drawDisc(picture, size, x1, y1, radius)
}

function drawDisc(picture, size, x, y, radius) {
  const pixels = Math.floor((radius + ONE / 2) / ONE)
  const step = pixels < 3 ? 90 : pixels < 10 ? 30 : pixels < 15 ? 18 : 5 // degrees
  const xs = []
  const ys = []
  for (let angle = 0; angle <= 360; angle += step) {
    const px = roundToEven(x + radius * SINE[450 - angle])
    const py = roundToEven(y + radius * SINE[angle])
    if (px !== xs.at(-1) || py !== ys.at(-1)) {
      xs.push(px)
      ys.push(py)
    }
  }
  fillConvex(picture, size, xs, ys)
}

/** A convex polygon: its edges as anti-aliased lines, then all between them row by row. */
function fillConvex(picture, size, xs, ys) {
  const count = xs.length
  let top = 0
  let lowest = ys[0]
  let left = xs[0]
  let right = xs[0]
  for (let i = 0, before = count - 1; i < count; before = i++) {
    if (ys[i] < ys[top]) top = i
    lowest = Math.max(lowest, ys[i])
    left = Math.min(left, xs[i])
    right = Math.max(right, xs[i])
    drawLine(picture, size, xs[before], ys[before], xs[i], ys[i])
  }
  const first = nearest(ys[top])
  const last = Math.min(nearest(lowest), size - 1)
  if (count < 3 || nearest(right) < 0 || last < 0 || nearest(left) >= size || first >= size) return
  // the two edges that a row lies between: their next corner, the row where that is, x now and x per row
  const sides = [
    { at: top, by: 1, until: first, x: -ONE, dx: 0 },
    { at: top, by: count - 1, until: first, x: -ONE, dx: 0 },
  ]
  let edges = count
  for (let y = first; y <= last; y++) {
    if (y < last || y === first) {
      for (const side of sides) {
        if (y < side.until) continue
        let from = side.at
        let to = (from + side.by) % count
        while (edges-- > 0) {
          const until = nearest(ys[to])
          if (until > y) {
            side.until = until
            side.dx = Math.trunc(((xs[to] - xs[from]) * 2 + (until - y)) / (2 * (until - y)))
            side.x = xs[from]
            side.at = to
            break
          }
          from = to
          to = (to + side.by) % count
        }
      }
    }
    if (edges < 0) return
    if (y >= 0) {
      const x0 = Math.min(sides[0].x, sides[1].x)
      const x1 = Math.max(sides[0].x, sides[1].x)
      const from = Math.max(0, Math.floor((x0 + ONE - 1) / ONE))
      const to = Math.min(size - 1, Math.floor(x1 / ONE))
      if (to >= from) picture.fill(0, y * size + from, y * size + to + 1)
    }
    sides[0].x += sides[0].dx
    sides[1].x += sides[1].dx
  }
}

function nearest(at) {
  return Math.floor((at + ONE / 2) / ONE)
}

const ends = new Int32Array(9) // how dark a line's two first and last pixels are

/** An anti-aliased line, three pixels wide. */
function drawLine(picture, size, x0, y0, x1, y1) {
  const clipped = clip(size * ONE - 1, x0, y0, x1, y1)
  if (!clipped) return
  ;[x0, y0, x1, y1] = clipped
  const flat = Math.abs(x1 - x0) > Math.abs(y1 - y0)
  // from here on u runs along the longer axis, one pixel a step, and v along the other
  let [u, v, lastU, lastV] = flat ? [x0, y0, x1, y1] : [y0, x0, y1, x1]
  if (lastU < u) [u, v, lastU, lastV] = [lastU, lastV, u, v]
  const along = flat ? 1 : size
  const across = flat ? size : 1
  const step = Math.trunc(((lastV - v) * ONE) / ((lastU - u) | 1))
  lastU += ONE
  let left = (lastU >> 16) - (u >> 16)
  v += Math.floor((step * -(u & (ONE - 1))) / ONE) + ONE / 2
  let slope = (step >> 11) & 63
  if (step < 0) slope ^= 63
  fillEnds(slope & 32 ? 256 : SLOPE_GAIN[slope], (u >> 9) & 0x78, (lastU >> 9) & 0x78)
  let at = u >> 16
  for (let done = 0; left >= 0 && at < size; done++, left--, at++) {
    const gain = ends[Math.min(done, 2) * 3 + Math.min(left, 2)]
    const distance = (v >> 11) & 31
    const middle = v >> 16
    const pixel = at * along + middle * across
    if (middle > 0 && middle <= size) darken(picture, pixel - across, (gain * DARKNESS[distance + 32]) >> 8)
    if (middle >= 0 && middle < size) darken(picture, pixel, (gain * DARKNESS[distance]) >> 8)
    if (middle >= -1 && middle < size - 1) darken(picture, pixel + across, (gain * DARKNESS[63 - distance]) >> 8)
    v += step
  }
}

function darken(picture, at, by) {
  let value = picture[at]
  value += (127 - value * by) >> 8
  value += (127 - value * by) >> 8 // OpenCV puts each pixel twice
  picture[at] = value
}

function fillEnds(gain, first, last) {
  const whole = gain << 7
  const begin = ((0x78 - first) | 4) * gain
  const end = (last | 4) * gain
  ends[0] = 0
  ends[1] = ends[3] = ((((last - first) & 0x78) | 4) * gain) >> 8
  ends[2] = begin >> 8
  ends[4] = (((last - first + 0x80) | 4) * gain) >> 8
  ends[5] = (begin + whole) >> 8
  ends[6] = end >> 8
  ends[7] = (end + whole) >> 8
  ends[8] = gain
  for (let i = 1; i < 8; i++) ends[i] &= 0x1ff
}

/** The part of a line within 0 to `limit` (both included), or null (Cohen, Sutherland). */
function clip(limit, x0, y0, x1, y1) {
  let code0 = side(x0, limit) | (side(y0, limit) << 2)
  let code1 = side(x1, limit) | (side(y1, limit) << 2)
  if (!(code0 & code1) && code0 | code1) {
    if (code0 & 12) {
      const edge = code0 < 8 ? 0 : limit
      x0 += Math.trunc(((edge - y0) * (x1 - x0)) / (y1 - y0))
      y0 = edge
      code0 = side(x0, limit)
    }
    if (code1 & 12) {
      const edge = code1 < 8 ? 0 : limit
      x1 += Math.trunc(((edge - y1) * (x1 - x0)) / (y1 - y0))
      y1 = edge
      code1 = side(x1, limit)
    }
    if (!(code0 & code1) && code0 | code1) {
      if (code0) {
        const edge = code0 === 1 ? 0 : limit
        y0 += Math.trunc(((edge - x0) * (y1 - y0)) / (x1 - x0))
        x0 = edge
        code0 = 0
      }
      if (code1) {
        const edge = code1 === 1 ? 0 : limit
        y1 += Math.trunc(((edge - x1) * (y1 - y0)) / (x1 - x0))
        x1 = edge
        code1 = 0
      }
    }
  }
  return code0 | code1 ? null : [x0, y0, x1, y1]
}

function side(at, limit) {
  return at < 0 ? 1 : at > limit ? 2 : 0
}
