// Pictures made smaller or larger as cv2.resize does it: INTER_AREA and INTER_LINEAR, on float32.
//
// A picture here is {data: Float32Array, width, height}, row by row. What follows asks "at least 0.5?" of
// every pixel, so the arithmetic is OpenCV's own, rounded to float32 at the same places.

import { roundToEven } from "./raster.js"

const fround = Math.fround

/** The picture with both sides times `scale`: averaged if it shrinks, interpolated if it grows. */
export function resized(picture, scale) {
  if (scale === 1) return picture
  const width = Math.max(1, roundToEven(picture.width * scale))
  const height = Math.max(1, roundToEven(picture.height * scale))
  return scale < 1 ? area(picture, width, height) : linear(picture, width, height)
}

/** INTER_AREA: each new pixel is the mean of what lies under it. For sizes no larger than the old ones. */
export function area(picture, width, height) {
  const columns = shares(picture.width, width)
  const rows = shares(picture.height, height)
  const data = new Float32Array(width * height)
  const row = new Float32Array(width)
  for (let r = 0; r < rows.weight.length; r++) {
    row.fill(0)
    const from = rows.from[r] * picture.width
    for (let c = 0; c < columns.weight.length; c++) {
      const value = picture.data[from + columns.from[c]]
      if (value) row[columns.to[c]] += fround(value * columns.weight[c])
    }
    const to = rows.to[r] * width
    for (let x = 0; x < width; x++) data[to + x] += fround(row[x] * rows.weight[r])
  }
  return { data, width, height }
}

/** Along one axis: which old pixels make which new one, and with which weights. */
function shares(before, after) {
  const scale = 1 / (after / before)
  const from = []
  const to = []
  const weight = []
  const add = (pixel, into, share) => {
    from.push(pixel)
    to.push(into)
    weight.push(share)
  }
  for (let i = 0; i < after; i++) {
    const begin = i * scale
    const end = begin + scale
    const length = Math.min(scale, before - begin)
    const last = Math.min(Math.floor(end), before - 1)
    const first = Math.min(Math.ceil(begin), last)
    if (first - begin > 1e-3) add(first - 1, i, (first - begin) / length)
    for (let whole = first; whole < last; whole++) add(whole, i, 1 / length)
    if (end - last > 1e-3) add(last, i, Math.min(end - last, 1, length) / length)
  }
  return { from: Int32Array.from(from), to: Int32Array.from(to), weight: Float32Array.from(weight) }
}

/** INTER_LINEAR: each new pixel is weighed between the four old ones around it. */
export function linear(picture, width, height) {
  const columns = between(picture.width, width)
  const rows = between(picture.height, height)
  const wide = new Float32Array(width * picture.height)
  for (let y = 0; y < picture.height; y++) {
    const from = y * picture.width
    for (let x = 0; x < width; x++) {
      const left = picture.data[from + columns.low[x]]
      const right = picture.data[from + columns.high[x]]
      wide[y * width + x] = left + fround(right - left) * columns.share[x]
    }
  }
  const data = new Float32Array(width * height)
  for (let y = 0; y < height; y++) {
    const share = rows.share[y]
    const above = rows.low[y] * width
    const below = rows.high[y] * width
    for (let x = 0; x < width; x++) {
      const upper = wide[above + x]
      data[y * width + x] = upper + fround(wide[below + x] - upper) * share
    }
  }
  return { data, width, height }
}

/** Along one axis: the two old pixels around the middle of each new one, and the second one's share. */
function between(before, after) {
  const scale = 1 / (after / before)
  const low = new Int32Array(after)
  const high = new Int32Array(after)
  const share = new Float32Array(after)
  for (let i = 0; i < after; i++) {
    const at = (i + 0.5) * scale - 0.5
    const floor = Math.floor(at)
    const inside = floor >= 0 && floor < before - 1
    low[i] = Math.min(Math.max(floor, 0), before - 1)
    high[i] = inside ? floor + 1 : low[i]
    share[i] = inside ? at - floor : 0
  }
  return { low, high, share }
}
