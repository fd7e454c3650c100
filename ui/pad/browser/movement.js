// A drawing -> where its pen went in which direction: as digitlab/movement.py, which describes it. That file's numbers,
// to the fifth decimal (tests/draw/test_live_parity.py).
import { roundToEven } from "./raster.js"

const SIDE = 14 // rows and columns of a map
const DIRECTIONS = 8 // to the right, then clockwise in steps of 45 degrees
const MAPS = DIRECTIONS + 2
const CELLS = SIDE - 3 // the drawing's longer side
const STEP = 0.02 // of the drawing's size, from one look at the pen's way to the next
const BIT = 1e-9 // cells: at a stroke's very end the next one begins
const MOST = 2000 // looks

/**
 * The maps of strokes.
 * @param {{points: [number, number][]}[]} strokes at least one
 * @returns {Float32Array} 14 rows of 14 cells of 10 maps: the pen's way in eight directions, where strokes begin, end
 */
export function directionMaps(strokes) {
  const points = centred(strokes)
  const starts = [] // the first point of each stroke, and its last
  const ends = []
  for (const stroke of strokes) {
    starts.push(starts.length ? ends.at(-1) + 1 : 0)
    ends.push(starts.at(-1) + stroke.points.length - 1)
  }
  const way = wayAlong(points, new Set(starts))
  const whole = way.at(-1)
  const looks = Math.min(Math.max(roundToEven(whole / CELLS / STEP), 1), MOST)
  const step = whole / looks
  const maps = new Float64Array(SIDE * SIDE * MAPS)
  let stroke = 0
  for (let look = 0; look < looks; look++) {
    const at = (look + 0.5) * step
    while (stroke + 1 < starts.length && way[starts[stroke + 1]] <= at) stroke++
    // the direction there: from a step before to a step behind, but not beyond the stroke
    const from = place(points, way, Math.max(at - step, way[starts[stroke]]))
    const to = place(points, way, Math.min(at + step, way[ends[stroke]] - BIT))
    const direction = Math.atan2(to[1] - from[1], to[0] - from[0]) * (DIRECTIONS / (2 * Math.PI))
    const lower = Math.floor(direction)
    const upperShare = direction - lower
    const here = place(points, way, at)
    share(maps, here, (lower + DIRECTIONS) % DIRECTIONS, step * (1 - upperShare))
    share(maps, here, (lower + 1 + DIRECTIONS) % DIRECTIONS, step * upperShare)
  }
  for (const start of starts) share(maps, points[start], DIRECTIONS, 1)
  for (const end of ends) share(maps, points[end], DIRECTIONS + 1, 1)
  return Float32Array.from(maps)
}

/** All points, in cells: as large as the maps allow, in their middle. */
function centred(strokes) {
  const points = strokes.flatMap((stroke) => stroke.points)
  const low = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
  const high = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const point of points) {
    for (const axis of [0, 1]) {
      low[axis] = Math.min(low[axis], point[axis])
      high[axis] = Math.max(high[axis], point[axis])
    }
  }
  const scale = CELLS / Math.max(high[0] - low[0], high[1] - low[1], 1e-6)
  return points.map((point) => [0, 1].map((n) => (point[n] - (low[n] + high[n]) / 2) * scale + (SIDE - 1) / 2))
}

/** How far the pen has come at each point; between strokes it is up, and comes no farther. */
function wayAlong(points, starts) {
  const way = new Float64Array(points.length)
  for (let i = 1; i < points.length; i++) {
    const [[x, y], [lastX, lastY]] = [points[i], points[i - 1]]
    way[i] = way[i - 1] + (starts.has(i) ? 0 : Math.hypot(x - lastX, y - lastY))
  }
  return way
}

/** Where the pen was when it had come so far, as numpy.interp: of points as far, the last one counts. */
function place(points, way, far) {
  let low = 0
  let high = way.length // the first point beyond
  while (low < high) {
    const middle = (low + high) >> 1
    if (way[middle] <= far) low = middle + 1
    else high = middle
  }
  if (low === 0) return points[0]
  if (low === way.length || way[low - 1] === far) return points[low - 1]
  const [[x, y], [nextX, nextY]] = [points[low - 1], points[low]]
  const part = (far - way[low - 1]) / (way[low] - way[low - 1])
  return [x + (nextX - x) * part, y + (nextY - y) * part]
}

/** An amount shared among the four cells around its place. */
function share(maps, [x, y], map, amount) {
  const [column, row] = [Math.floor(x), Math.floor(y)]
  const [insideX, insideY] = [x - column, y - row]
  const at = (row * SIDE + column) * MAPS + map
  maps[at] += (1 - insideX) * (1 - insideY) * amount
  maps[at + MAPS] += insideX * (1 - insideY) * amount
  maps[at + SIDE * MAPS] += (1 - insideX) * insideY * amount
  maps[at + (SIDE + 1) * MAPS] += insideX * insideY * amount
}
