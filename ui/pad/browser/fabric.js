// What becomes of the pen's points on their way to the server: the canvas (Fabric.js, PencilBrush) leaves some out and
// rounds the corners, the server (ui/pad/strokes_json.py) makes short lines of the curves. The same is done here, so
// that the answer while drawing is about the very strokes that the server will see.
const NEAR = 0.4 // pixels between points that are worth keeping

/**
 * The line that the server draws for a stroke.
 * @param {number[][]} points where the pen was: [x, y] in pixels of the pad, at least one
 * @param {number} width of the pen, in pixels
 * @returns {number[][]} [x, y] in pixels of the pad
 */
export function asDrawn(points, width) {
  // the canvas takes the first point twice: a tap is a stroke, too
  return flat(curves(thinned([points[0], ...points]), width / 1000))
}

function thinned(points) {
  const distinct = points.filter((point, n) => n < 2 || !same(point, points[n - 1]))
  if (distinct.length <= 2) return distinct
  const kept = [distinct[0]]
  for (const point of distinct.slice(1, -2)) {
    const [x, y] = kept.at(-1)
    if ((x - point[0]) ** 2 + (y - point[1]) ** 2 >= NEAR ** 2) kept.push(point)
  }
  return [...kept, distinct.at(-1)]
}

// [pull, end] of each piece: a curve from middle to middle, pulled by the point between them; straight lines have
// their end as pull. Both ends of a stroke are longer by a `hair`.
function curves(points, hair) {
  const [first, second, third] = points
  const start = third ? [Math.sign(third[0] - second[0]), Math.sign(third[1] - second[1])] : [1, 0]
  const begin = [first[0] - start[0] * hair, first[1] - start[1] * hair]
  const pieces = [[begin, begin]]
  for (let n = 1; n < points.length; n++) {
    const [from, to] = [points[n - 1], points[n]]
    if (!same(from, to)) pieces.push([from, [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2]])
  }
  const last = points.at(-1)
  const before = points.at(-2)
  const end = third ? [Math.sign(last[0] - before[0]), Math.sign(last[1] - before[1])] : [1, 0]
  const stop = [last[0] + end[0] * hair, last[1] + end[1] * hair]
  return [...pieces, [stop, stop]]
}

function flat(pieces) {
  const line = []
  let start = pieces[0][1]
  for (const [pull, end] of pieces) {
    const straight = pull === end
    const bend = straight ? 0 : Math.hypot(start[0] - 2 * pull[0] + end[0], start[1] - 2 * pull[1] + end[1])
    for (const t of bend > 4 ? [0.25, 0.5, 0.75] : bend > 1 ? [0.5] : []) {
      const [a, b, c] = [(1 - t) ** 2, 2 * t * (1 - t), t ** 2]
      line.push([a * start[0] + b * pull[0] + c * end[0], a * start[1] + b * pull[1] + c * end[1]])
    }
    line.push(end)
    start = end
  }
  return line
}

const same = (a, b) => a[0] === b[0] && a[1] === b[1]
