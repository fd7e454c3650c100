// From where the pointer was to the points that the server draws a line through: what the canvas package makes of a
// stroke (Fabric's pencil), and what the server makes of that (ui/pad/strokes_json.py). So what is read while the
// pen is down is what is read when it is up.

const DECIMATE = 0.4 // pixels: Fabric leaves out points that are closer to the last one, and always the last but one
const CURVE_STEPS = [0.25, 0.5, 0.75, 1]

/** The stroke {points, width} of a pencil that was at these places [x, y], in pixels of the pad. */
export function strokeOf(places, width) {
  const distinct = places.filter(([x, y], i) => i === 0 || x !== places[i - 1][0] || y !== places[i - 1][1])
  return { points: flattened(pathOf(decimated(distinct), width)), width }
}

function decimated(places) {
  if (places.length <= 2) return places
  const kept = [places[0]]
  for (const place of places.slice(1, -2)) {
    const [x, y] = kept.at(-1)
    if ((x - place[0]) ** 2 + (y - place[1]) ** 2 >= DECIMATE ** 2) kept.push(place)
  }
  return [...kept, places.at(-1)]
}

/** Fabric's path: from middle to middle between two places, pulled to the place between them. */
export function pathOf(places, width) {
  const [first, second = first] = places
  const end = places.at(-1)
  // Fabric lets the ends stand out a little, so that a tap has a length, too
  const nudge = width / 1000
  const [startX, startY] = places.length > 2 ? towards(second, places[2]) : [1, 0]
  const [endX, endY] = places.length > 2 ? towards(places.at(-2), end) : [1, 0]
  const path = [["M", first[0] - startX * nudge, first[1] - startY * nudge]]
  for (let i = 1; i < places.length; i++) {
    const [[x, y], [nextX, nextY]] = [places[i - 1], places[i]]
    path.push(["Q", x, y, (x + nextX) / 2, (y + nextY) / 2])
  }
  path.push(["L", end[0] + endX * nudge, end[1] + endY * nudge])
  return path
}

const towards = (from, to) => [Math.sign(to[0] - from[0]), Math.sign(to[1] - from[1])]

/** Points on a path of "M", "Q" and "L": curves as one, two or four lines, by how much they bend. */
export function flattened(path) {
  const points = []
  let start = null
  for (const [name, ...numbers] of path) {
    const end = numbers.slice(-2)
    start ??= end
    const bend = name === "Q" ? Math.hypot(...[0, 1].map((i) => start[i] - 2 * numbers[i] + end[i])) : 0
    for (const t of CURVE_STEPS) {
      if (t === 1) points.push(end)
      else if (bend > 4 || (bend > 1 && t === 0.5)) {
        points.push([0, 1].map((i) => (1 - t) ** 2 * start[i] + 2 * t * (1 - t) * numbers[i] + t ** 2 * end[i]))
      }
    }
    start = end
  }
  return points
}
