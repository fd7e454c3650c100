// Which pixels hang together: cv2.connectedComponentsWithStats, with all eight neighbours.

/**
 * @param {Uint8Array} mask width * height, 0 or 1
 * @returns {{labels: Uint16Array, pieces: {area: number, longest: number}[]}} labels from 1 on, 0 where the mask
 *   is 0; of each piece (that of label 1 first) its pixels, and the longer side of the box around it
 */
export function pieces(mask, width, height) {
  const labels = new Uint16Array(width * height)
  const found = []
  const toVisit = new Int32Array(width * height)
  let waiting = 0
  for (let start = 0; start < mask.length; start++) {
    if (!mask[start] || labels[start]) continue
    const label = found.length + 1
    let area = 0
    let [left, right, top, bottom] = [width, 0, height, 0]
    labels[start] = label
    toVisit[waiting++] = start
    while (waiting) {
      const at = toVisit[--waiting]
      const x = at % width
      const y = (at - x) / width
      area++
      if (x < left) left = x
      if (x > right) right = x
      if (y < top) top = y
      if (y > bottom) bottom = y
      const [firstX, lastX] = [x > 0 ? x - 1 : x, x < width - 1 ? x + 1 : x]
      const lastY = y < height - 1 ? y + 1 : y
      for (let ny = y > 0 ? y - 1 : y; ny <= lastY; ny++) {
        for (let next = ny * width + firstX; next <= ny * width + lastX; next++) {
          if (!mask[next] || labels[next]) continue
          labels[next] = label
          toVisit[waiting++] = next
        }
      }
    }
    found.push({ area, longest: Math.max(right - left, bottom - top) + 1 })
  }
  return { labels, pieces: found }
}
