// The pad's picture -> the 28 x 28 pixels that a model sees: digitlab/preprocess.py, step by step and bit by
// bit, for what a pad can show. Names are as there; the reasons stand there, too.

import { distance, middleLine } from "./distance.js"
import { pieces } from "./pieces.js"
import { roundToEven } from "./raster.js"
import { area, resized } from "./resize.js"

export const FIELD = 28
const BOX = 20
const CENTRE = 14
const PEN_WIDTH = 2.6
const FINE = 6
const LONGER = BOX * FINE - (FINE - 1)
const MIN_CONTRAST = 24
const WORK_SIDE = 200

const fround = Math.fround

/**
 * What a model sees of a picture: dark ink on light paper, or light on dark.
 * @param {Uint8Array|Uint8ClampedArray} pixels grey, or opaque RGBA; row by row
 * @returns {{seen: Float32Array|null, photo: boolean}} `seen`: 784 values in [0, 1], ink bright on black; null
 *   without ink. `photo`: so much ink at the edge that Python takes it for a photo; then there is no answer here
 */
export function toMnist(pixels, width, height) {
  const { difference, photo } = fromPaper(pixels, width, height)
  if (photo) return { seen: null, photo }
  const ink = cutOutBytes(difference, width, height)
  if (!ink) return { seen: null, photo }
  let crop = resized(ink, WORK_SIDE / Math.max(ink.width, ink.height))
  crop = cutOut(withoutSpecks(crop))
  return { seen: placed(fineShape(crop)), photo }
}

// --- ink: what differs from the paper ---

/** How much each pixel differs from the paper, in the channel that shows it best: bytes. */
function fromPaper(pixels, width, height) {
  const channels = pixels.length / (width * height)
  const difference = new Uint8Array(width * height)
  for (let channel = 0; channel < Math.min(channels, 3); channel++) {
    const paper = Math.floor(median(border(pixels, width, height, channels, channel)))
    for (let i = 0, at = channel; i < difference.length; i++, at += channels) {
      const off = Math.abs(pixels[at] - paper)
      if (off > difference[i]) difference[i] = off
    }
  }
  const around = border(difference, width, height)
  const paper = around.reduce((count, off) => count + (off <= 6 ? 1 : 0), 0)
  return { difference, photo: Math.min(width, height) >= 64 && paper / around.length < 0.6 }
}

/** One channel of the outermost pixels, in no order. */
function border(pixels, width, height, channels = 1, channel = 0) {
  const values = new Uint8Array(2 * (width + height) - 4)
  const below = (height - 1) * width
  let count = 0
  for (let x = 0; x < width; x++) {
    values[count++] = pixels[x * channels + channel]
    values[count++] = pixels[(below + x) * channels + channel]
  }
  for (let y = 1; y < height - 1; y++) {
    values[count++] = pixels[y * width * channels + channel]
    values[count++] = pixels[(y * width + width - 1) * channels + channel]
  }
  return values
}

/** Of a typed array, which is sorted in place. */
function median(values) {
  values.sort()
  const last = values.length - 1
  return fround(values[last >> 1] + values[(last + 1) >> 1]) / 2
}

/** The ink in [0, 1] and cut out, both in one go, or null without any. */
function cutOutBytes(difference, width, height) {
  let strongest = 0
  for (let i = 0; i < difference.length; i++) if (difference[i] > strongest) strongest = difference[i]
  if (strongest < MIN_CONTRAST) return null
  const box = withMargin(boxOf(difference, width, height, strongest / 2), width, height)
  const ink = { data: new Float32Array(box.width * box.height), width: box.width, height: box.height }
  for (let y = 0; y < box.height; y++) {
    const from = (box.y + y) * width + box.x
    for (let x = 0; x < box.width; x++) ink.data[y * box.width + x] = difference[from + x] / strongest
  }
  return ink
}

// --- shape: crop, stray dots, pen width, box ---

function cutOut(ink) {
  return cut(ink, withMargin(boxOf(ink.data, ink.width, ink.height, 0.5), ink.width, ink.height))
}

/** cv2.boundingRect of all that is at least `enough`. */
function boxOf(values, width, height, enough) {
  let [left, right, top, bottom] = [width, -1, height, -1]
  for (let y = 0; y < height; y++) {
    for (let x = 0, at = y * width; x < width; x++, at++) {
      if (values[at] < enough) continue
      if (x < left) left = x
      if (x > right) right = x
      if (y < top) top = y
      bottom = y
    }
  }
  if (right < 0) return { x: 0, y: 0, width: 0, height: 0 }
  return { x: left, y: top, width: right - left + 1, height: bottom - top + 1 }
}

function withMargin({ x, y, width, height }, fullWidth, fullHeight) {
  const [left, top] = [Math.max(x - 1, 0), Math.max(y - 1, 0)]
  const [right, bottom] = [Math.min(x + width + 1, fullWidth), Math.min(y + height + 1, fullHeight)]
  return { x: left, y: top, width: right - left, height: bottom - top }
}

function cut(picture, { x, y, width, height }) {
  if (width === picture.width && height === picture.height) return picture
  const data = new Float32Array(width * height)
  for (let row = 0; row < height; row++) {
    const from = (y + row) * picture.width + x
    data.set(picture.data.subarray(from, from + width), row * width)
  }
  return { data, width, height }
}

function maskOf(ink) {
  const mask = new Uint8Array(ink.data.length)
  for (let i = 0; i < mask.length; i++) mask[i] = ink.data[i] >= 0.5 ? 1 : 0
  return mask
}

function strokeWidth(ink) {
  const depth = distance(maskOf(ink), ink.width, ink.height, true)
  const middle = middleLine(depth, ink.width, ink.height)
  const depths = new Float32Array(depth.length)
  let count = 0
  for (let i = 0; i < depth.length; i++) if (middle[i]) depths[count++] = depth[i]
  return count ? Math.max(1, 2 * median(depths.subarray(0, count)) - 1) : 1
}

function withoutSpecks(ink) {
  const { width, height } = ink
  const { labels, pieces: found } = pieces(maskOf(ink), width, height)
  if (found.length <= 1) return ink
  const longest = 1.6 * strokeWidth(ink)
  const total = found.reduce((sum, piece) => sum + piece.area, 0)
  const isSpeck = found.map((piece) => piece.longest <= longest && piece.area <= 0.08 * total)
  if (!isSpeck.includes(true)) return ink
  const data = ink.data.slice()
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const label = labels[y * width + x]
      if (!label || !isSpeck[label - 1]) continue
      for (let ny = Math.max(y - 1, 0); ny <= Math.min(y + 1, height - 1); ny++) {
        data.fill(0, ny * width + Math.max(x - 1, 0), ny * width + Math.min(x + 1, width - 1) + 1)
      }
    }
  }
  return { data, width, height }
}

function fineShape(crop) {
  const box = boxOf(crop.data, crop.width, crop.height, 0.5)
  const longer = Math.max(box.width, box.height)
  const width = strokeWidth(crop)
  const isBlob = longer < 2 * width
  const scale = isBlob ? LONGER / FINE / longer : (LONGER / FINE - PEN_WIDTH) / (longer - width)
  const grow = isBlob ? 0 : (PEN_WIDTH - width * scale) / 2
  let shape = resized(crop, scale * FINE)
  if (grow) shape = redrawn(shape, grow * FINE, (PEN_WIDTH * FINE) / 2)
  const around = boxOf(shape.data, shape.width, shape.height, 0.5)
  return cut(shape, { ...around, width: Math.min(around.width, LONGER), height: Math.min(around.height, LONGER) })
}

function redrawn(before, grow, radius) {
  const shape = framed(before, Math.ceil(Math.max(grow, 0)) + 2)
  const { width, height } = shape
  const mask = maskOf(shape)
  const depth = distance(mask, width, height, true)
  const paper = new Uint8Array(mask.length)
  for (let i = 0; i < mask.length; i++) paper[i] = 1 - mask[i]
  const gap = distance(paper, width, height)
  const by = fround(grow)
  const moved = new Float32Array(mask.length)
  for (let i = 0; i < mask.length; i++) moved[i] = (mask[i] ? depth[i] : fround(1 - gap[i])) + by
  if (grow < 0) keepMiddleLine(moved, depth, width, height, radius)
  for (let i = 0; i < moved.length; i++) moved[i] = Math.min(Math.max(moved[i], 0), 1)
  return { data: moved, width, height }
}

function keepMiddleLine(moved, depth, width, height, radius) {
  const line = middleLine(depth, width, height)
  const deep = fround(radius / 2)
  const offLine = new Uint8Array(line.length)
  for (let i = 0; i < line.length; i++) offLine[i] = line[i] && depth[i] > deep ? 0 : 1
  if (!offLine.includes(0)) return
  const toLine = distance(offLine, width, height)
  const pen = fround(radius + 0.5)
  for (let i = 0; i < moved.length; i++) {
    moved[i] = Math.max(moved[i], Math.min(fround(pen - toLine[i]), depth[i]))
  }
}

function framed(picture, margin) {
  const width = picture.width + 2 * margin
  const height = picture.height + 2 * margin
  const data = new Float32Array(width * height)
  for (let y = 0; y < picture.height; y++) {
    const row = picture.data.subarray(y * picture.width, (y + 1) * picture.width)
    data.set(row, (y + margin) * width + margin)
  }
  return { data, width, height }
}

/** In the 28 x 28 field, its centre of mass in the middle: 784 values. */
function placed(fine) {
  const { data, width, height } = fine
  let [mass, massX, massY] = [0, 0, 0]
  for (let y = 0, at = 0; y < height; y++) {
    let row = 0
    for (let x = 0; x < width; x++, at++) {
      row += data[at]
      massX += x * data[at]
    }
    mass += row
    massY += y * row
  }
  const side = FIELD * FINE
  const middle = CENTRE * FINE + (FINE - 1) / 2
  const top = roundToEven(Math.min(Math.max(middle - massY / mass, 0), side - height))
  const left = roundToEven(Math.min(Math.max(middle - massX / mass, 0), side - width))
  const field = new Float32Array(side * side)
  for (let y = 0; y < height; y++) field.set(data.subarray(y * width, (y + 1) * width), (top + y) * side + left)
  return area({ data: field, width: side, height: side }, FIELD, FIELD).data
}
