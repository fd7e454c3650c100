// The network's layers, each number as bright as it is strong: from the 28 × 28 pixels through its maps to the ten
// outputs, in the same frames as the answer. A map leads to the page that explains it.
import { LONGEST } from "./drawing.js"
import { isDown } from "./pen.js"
import { pixels } from "./pixels.js"
import { look, lookInside, reader } from "./reader.js"
import { drawing, events } from "./state.js"

const GAP = 1 // pixels between maps
const DARK = 24
const BLUE = [59, 130, 246]
const ACROSS = 12 // maps in a row

const mounted = new WeakMap()

export default function (component) {
  const place = component.parentElement.querySelector(".inside")
  const inside = mounted.get(place) ?? new Inside(place, component.data)
  mounted.set(place, inside)
  lookInside(true)
  look()
  return () => inside.end()
}

class Inside {
  constructor(place, data) {
    this.place = place
    this.data = data
    place.innerHTML = `
      <figure><canvas class="seen" width="28" height="28"></canvas><figcaption>28 × 28 pixels</figcaption></figure>
      ${Object.entries(data.layers).map(row).join("")}
      <figure><div class="outputs">${[..."0123456789"].map((digit) => `<span>${digit}</span>`).join("")}</div>
        <figcaption>Ten outputs</figcaption></figure>`
    this.seen = place.querySelector(".seen")
    this.layers = new Map([...place.querySelectorAll("[data-layer]")].map((link) => [link.dataset.layer, link]))
    this.outputs = [...place.querySelectorAll(".outputs span")]
    place.addEventListener("click", (event) => this.follow(event))
    place.addEventListener("keydown", (event) => event.key === "Enter" && this.follow(event))
    this.ends = new AbortController()
    const { signal } = this.ends
    reader.addEventListener("read", ({ detail }) => this.show(detail), { signal })
    reader.addEventListener("ready", () => look(), { signal })
    events.addEventListener("answer", () => look(), { signal })
  }

  end() {
    this.ends.abort()
    mounted.delete(this.place)
    lookInside(false)
  }

  show({ seen, probabilities, byPicture, inside }) {
    if (!inside && seen) return
    if (isDown() && matchMedia("(prefers-reduced-motion: reduce)").matches) return // only when the stroke is done
    pixels(this.seen, 28, 28, (n) => seen?.[n] ?? 0)
    for (const { name, ...maps } of inside ?? []) sheet(this.layers.get(name)?.querySelector("canvas"), maps)
    if (!seen) for (const link of this.layers.values()) blank(link.querySelector("canvas"))
    for (const [digit, output] of this.outputs.entries()) {
      output.style.setProperty("--share", (byPicture ?? probabilities)?.[digit] ?? 0)
    }
  }

  // Which map was pressed: the page about it, with this digit.
  follow(event) {
    const link = event.target.closest("[data-layer]")
    if (!link) return
    const canvas = link.querySelector("canvas")
    const { left, top, width, height } = canvas.getBoundingClientRect()
    const across = Math.floor(((event.clientX - left) / width) * Number(canvas.dataset.across))
    const down = Math.floor(((event.clientY - top) / height) * Number(canvas.dataset.down))
    const number = event.clientX ? Math.max(0, down * Number(canvas.dataset.across) + across) : 0
    const query = new URLSearchParams({ layer: this.data.layers[link.dataset.layer].title, map: number })
    const text = drawing()
    if (text && text.length <= LONGEST) query.set("drawing", text)
    query.set("at", "the-trained-cnn")
    location.assign(new URL(`${this.data.link}?${query}`, document.baseURI))
  }
}

function row([name, { title, says }]) {
  return `<figure><a role="link" tabindex="0" data-layer="${name}" aria-label="Layer ${title}: open its maps">
    <canvas width="1" height="1"></canvas></a><figcaption>${says}</figcaption></figure>`
}

// All maps of a layer on one sheet; as bright as on the Convolution page: by the root of their share of the strongest.
function sheet(canvas, { width, height, channels, values }) {
  if (!canvas) return
  const across = Math.min(ACROSS, channels)
  const down = Math.ceil(channels / across)
  Object.assign(canvas.dataset, { across, down })
  const strongest = values.reduce((most, value) => Math.max(most, value), 0) || 1
  const [cellWidth, cellHeight] = [width + GAP, height + GAP]
  pixels(
    canvas,
    across * cellWidth - GAP,
    down * cellHeight - GAP,
    (_, x, y) => {
      const [column, atX] = [Math.floor(x / cellWidth), x % cellWidth]
      const [line, atY] = [Math.floor(y / cellHeight), y % cellHeight]
      const map = line * across + column
      if (atX === width || atY === height || map >= channels) return -1
      return Math.sqrt(values[(atY * width + atX) * channels + map] / strongest)
    },
    BLUE,
    DARK,
  )
}

function blank(canvas) {
  canvas.getContext("2d").clearRect(0, 0, canvas.width, canvas.height)
}
