// A dot for each digit; the nearest one to the pointer is shown large. Arrow keys walk from dot to dot. A press
// on a digit of the legend shows its dots alone.
const AROUND = 5 // dots whose labels are told

export default function ({ data, parentElement }) {
  const map = parentElement.querySelector(".map")
  const dots = parentElement.querySelector(".dots")
  const digit = parentElement.querySelector(".digit")
  const words = parentElement.querySelector("p")
  const legend = parentElement.querySelector(".legend")
  const { labels, places, columns, colours } = data
  const margin = 0.03
  let chosen = -1
  let alone = null // the one digit that is shown, or null for all
  const at = ([x, y]) => [margin + x * (1 - 2 * margin), margin + y * (1 - 2 * margin)]
  const seen = (i) => alone === null || labels[i] === alone
  const sheet = new Image()
  sheet.src = data.sheet

  legend.replaceChildren(
    ...colours.map((colour, number) => {
      const button = document.createElement("button")
      button.type = "button"
      button.textContent = number
      button.title = `Only the ${number}s`
      button.setAttribute("aria-label", `Only the ${number}s`)
      button.setAttribute("aria-pressed", false)
      button.style.setProperty("--colour", colour)
      button.onclick = () => {
        alone = alone === number ? null : number
        for (const [n, other] of [...legend.children].entries()) other.setAttribute("aria-pressed", n === alone)
        paint()
      }
      return button
    }),
  )

  const paint = () => {
    const width = map.clientWidth
    const ratio = window.devicePixelRatio || 1
    if (!width) return
    dots.width = dots.height = Math.round(width * ratio)
    const pen = dots.getContext("2d")
    const radius = Math.max(2, width / 170) * ratio
    places.forEach((place, i) => {
      if (!seen(i)) return
      const [x, y] = at(place)
      pen.fillStyle = colours[labels[i]]
      pen.beginPath()
      pen.arc(x * dots.width, y * dots.height, radius, 0, 7)
      pen.fill()
    })
    if (chosen < 0) return
    const [x, y] = at(places[chosen])
    pen.lineWidth = 2 * ratio
    pen.strokeStyle = getComputedStyle(map).color
    pen.beginPath()
    pen.arc(x * dots.width, y * dots.height, radius * 2.4, 0, 7)
    pen.stroke()
  }

  const article = (label) => (label === 8 ? "an 8" : `a ${label}`)
  const distance = ([ax, ay], [bx, by]) => (ax - bx) ** 2 + (ay - by) ** 2
  const around = (i) =>
    places
      .map((place, j) => [distance(place, places[i]), j])
      .filter(([, j]) => j !== i)
      .sort(([a], [b]) => a - b)
      .slice(0, AROUND)
      .map(([, j]) => labels[j])

  const choose = (i) => {
    if (i < 0 || i === chosen) return
    chosen = i
    paint()
    const pen = digit.getContext("2d")
    pen.imageSmoothingEnabled = false
    pen.drawImage(sheet, (i % columns) * 28, Math.floor(i / columns) * 28, 28, 28, 0, 0, 112, 112)
    words.textContent = `This is ${article(labels[i])}. The five dots next to it: ${around(i).join(", ")}.`
    map.dataset.chosen = i
  }

  const nearest = (x, y, allowed = () => true) => {
    let best = -1
    let least = Infinity
    places.forEach((place, i) => {
      if (!seen(i)) return
      const [px, py] = at(place)
      const far = (px - x) ** 2 + (py - y) ** 2
      if (far < least && allowed(px - x, py - y)) [best, least] = [i, far]
    })
    return best
  }

  map.onpointermove = map.onpointerdown = (event) => {
    const box = map.getBoundingClientRect()
    choose(nearest((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height))
  }
  const ways = {
    ArrowLeft: (dx, dy) => dx < 0 && Math.abs(dy) <= -dx,
    ArrowRight: (dx, dy) => dx > 0 && Math.abs(dy) <= dx,
    ArrowUp: (dx, dy) => dy < 0 && Math.abs(dx) <= -dy,
    ArrowDown: (dx, dy) => dy > 0 && Math.abs(dx) <= dy,
  }
  map.onkeydown = (event) => {
    if (!ways[event.key]) return
    event.preventDefault()
    const [x, y] = chosen < 0 ? [0.5, 0.5] : at(places[chosen])
    choose(nearest(x, y, ways[event.key]))
  }
  sheet.onload = () => (chosen < 0 ? choose(nearest(0.5, 0.5)) : null)
  const observer = new ResizeObserver(paint)
  observer.observe(map)
  paint()
  return () => observer.disconnect()
}
