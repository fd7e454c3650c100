// The drawings of a class as tiles. A tile that is there already stays the element that it is, so that only the new
// ones are made and appear.
const GAP = 5 // pixels between tiles
const LARGEST = 132 // pixels
const SMALLEST = 44
const STEP = 1.25 // so many more columns at once: with one more each time, all tiles would often change places
const LINE = 26 // pixels, of the words below
const BESIDE = 100 // pixels, of the words beside the tiles of a digit

// How many columns so many tiles need to fit into so many pixels, and how many of them are shown. Below the last
// size that can be seen, the oldest have no place.
export function fitted(tiles, width, height) {
  const most = Math.max(1, Math.floor((width + GAP) / (SMALLEST + GAP)))
  let columns = Math.min(most, Math.max(1, Math.ceil((width + GAP) / (LARGEST + GAP))))
  for (;;) {
    const side = (width + GAP) / columns - GAP
    const rows = Math.max(1, Math.floor((height + GAP) / (side + GAP)))
    const shown = Math.min(tiles, rows * columns)
    if (shown === tiles || columns === most) return { columns, side, shown }
    columns = Math.min(most, Math.ceil(columns * STEP))
  }
}

// The same for one line as high as `height`, at most.
export function inLine(tiles, width, height) {
  const side = Math.min(LARGEST, Math.max(SMALLEST, height - GAP))
  const columns = Math.max(1, Math.floor((width + GAP) / (side + GAP)))
  return { columns, side: Math.min(side, width), shown: Math.min(tiles, columns) }
}

// What a screen reader says of a tile.
export const spoken = (label, guess) => (label === guess ? `${label}, read correctly` : `${label}, read as ${guess}`)

const SVG = "http://www.w3.org/2000/svg"

function made([, box, path, width, label, guess]) {
  const tile = document.createElement("div")
  tile.className = label === guess ? "tile" : "tile misread"
  tile.setAttribute("role", "img")
  tile.setAttribute("aria-label", spoken(label, guess))
  tile.title = spoken(label, guess)
  const svg = document.createElementNS(SVG, "svg")
  svg.setAttribute("viewBox", box)
  const lines = document.createElementNS(SVG, "path")
  lines.setAttribute("d", path)
  lines.setAttribute("stroke-width", width)
  svg.append(lines)
  tile.append(svg)
  if (label !== guess) {
    const read = document.createElement("span")
    read.textContent = guess
    tile.append(read)
  }
  return tile
}

export default function ({ data, parentElement }) {
  const wall = parentElement.querySelector(".wall")
  wall.state ??= { tiles: new Map(), text: null } // what is on the wall
  const { state } = wall
  const text = new TextDecoder().decode(data)
  const { groups } = JSON.parse(text)

  const tileOf = (about, known) => {
    const content = JSON.stringify(about)
    const before = state.tiles.get(about[0])
    const tile = before?.content === content ? before.tile : made(about)
    if (!before && state.text !== null) {
      tile.classList.add("new")
      tile.onanimationend = () => tile.classList.remove("new") // moved to another place, it would arrive again
    }
    known.set(about[0], { content, tile })
    return tile
  }
  const more = (group, shown) => {
    const words = document.createElement("p")
    words.className = "more"
    const left = group.total - shown
    const beside = group.digit !== undefined
    if (left) words.textContent = `${beside ? "" : "and "}${left.toLocaleString("en")} more`
    return words
  }
  const lines = groups.some((group) => group.digit !== undefined)
  wall.style.minHeight = lines ? `${groups.length * (SMALLEST + GAP)}px` : ""
  const show = () => {
    const { clientWidth: width, clientHeight: height } = wall
    if (!width || !height) return
    const known = new Map()
    const parts = groups.map((group) => {
      const count = group.tiles.length
      const beside = group.digit !== undefined
      const fit = beside
        ? inLine(count, width - BESIDE, height / groups.length)
        : fitted(count, width, height - (group.total > 0 ? LINE : 0))
      const tiles = document.createElement("div")
      tiles.className = "tiles"
      tiles.style.gap = `${GAP}px`
      tiles.style.gridTemplateColumns = `repeat(${fit.columns}, ${fit.side}px)`
      tiles.style.setProperty("--side", `${fit.side}px`)
      tiles.append(...group.tiles.slice(0, fit.shown).map((about) => tileOf(about, known)))
      if (!beside) return [tiles, more(group, fit.shown)]
      const line = document.createElement("div")
      line.className = "group"
      line.style.height = `${fit.side + GAP}px`
      const digit = document.createElement("b")
      digit.textContent = group.digit
      line.append(digit, tiles, more(group, fit.shown))
      return [line]
    })
    wall.replaceChildren(...parts.flat())
    state.tiles = known
    state.text = text
  }
  if (state.text !== text) show()
  let first = true // an observer reports once at its beginning
  const observer = new ResizeObserver(() => {
    if (first && state.text === text) first = false
    else show()
  })
  observer.observe(wall)
  return () => observer.disconnect()
}
