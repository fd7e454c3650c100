// How far each pixel is from the nearest pixel of the other kind, as cv2.distanceTransform measures it with
// DIST_L2 and a mask of 5 x 5 (Borgefors 1986, "Distance transformations in digital images"): the shortest
// way in steps along an axis, along a diagonal, and of a chess knight.

const fround = Math.fround
const STRAIGHT = 1
const DIAGONAL = fround(1.4)
const KNIGHT = fround(2.1969)
const FAR = 1e9
const RING = 2 // pixels around the picture, as far as a knight's move reaches

let room = new Float32Array(0) // kept from one call to the next, because the pen asks again at every frame

/**
 * Distance of each pixel to the nearest pixel where `mask` is 0, in pixels.
 * @param {Uint8Array} mask width * height, 0 or 1
 * @param {boolean} outsideIsZero whether what lies beyond the picture counts as 0
 * @returns {Float32Array} width * height
 */
export function distance(mask, width, height, outsideIsZero = false) {
  const stride = width + 2 * RING
  const size = stride * (height + 2 * RING)
  if (room.length < size) room = new Float32Array(size)
  const way = room
  way.fill(outsideIsZero ? 0 : FAR, 0, size)
  for (let y = 0; y < height; y++) {
    let at = (y + RING) * stride + RING
    for (let x = 0; x < width; x++, at++) {
      if (!mask[y * width + x]) {
        way[at] = 0
        continue
      }
      const up = at - stride
      const knight = least(least(way[up - stride - 1], way[up - stride + 1]), least(way[up - 2], way[up + 2]))
      const diagonal = least(way[up - 1], way[up + 1])
      const straight = least(way[at - 1], way[up])
      way[at] = shortest(straight, diagonal, knight)
    }
  }
  const found = new Float32Array(width * height)
  for (let y = height - 1; y >= 0; y--) {
    let at = (y + RING) * stride + RING + width - 1
    for (let x = width - 1; x >= 0; x--, at--) {
      let best = way[at]
      if (best > STRAIGHT) {
        const down = at + stride
        const knight = least(least(way[down + stride - 1], way[down + stride + 1]), least(way[down - 2], way[down + 2]))
        const diagonal = least(way[down - 1], way[down + 1])
        const straight = least(way[at + 1], way[down])
        best = least(best, shortest(straight, diagonal, knight))
        way[at] = best
      }
      found[y * width + x] = best
    }
  }
  return found
}

/** One step on from the nearest neighbour of each kind, in OpenCV's precision. */
function shortest(straight, diagonal, knight) {
  return least(least(fround(straight + STRAIGHT), fround(diagonal + DIAGONAL)), fround(knight + KNIGHT))
}

function least(a, b) {
  // biome-ignore lint/complexity/useMathMinMax: Math.min's care for NaN and -0 costs more than all the rest
  return a < b ? a : b
}

/** 1 where the depth is a local maximum, among the eight pixels around, and above 0. */
export function middleLine(depth, width, height) {
  const line = new Uint8Array(width * height)
  for (let y = 0; y < height; y++) {
    const above = y > 0 ? -width : 0
    const below = y < height - 1 ? width : 0
    for (let x = 0; x < width; x++) {
      const at = y * width + x
      const here = depth[at]
      if (!(here > 0)) continue
      const left = x > 0 ? -1 : 0
      const right = x < width - 1 ? 1 : 0
      line[at] =
        here >= depth[at + left] &&
        here >= depth[at + right] &&
        here >= depth[at + above] &&
        here >= depth[at + below] &&
        here >= depth[at + above + left] &&
        here >= depth[at + above + right] &&
        here >= depth[at + below + left] &&
        here >= depth[at + below + right]
          ? 1
          : 0
    }
  }
  return line
}
