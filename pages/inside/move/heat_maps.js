// Heat maps of percentages. Sends [map, row, column] when a cell is chosen; the marker moves at once.
const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }

const element = (name, className, parent) => {
  const made = document.createElement(name)
  made.className = className
  parent.append(made)
  return made
}

const build = (root, columns) => {
  for (const { maps } of columns) {
    const column = element("section", "column", root)
    element("p", "title", column)
    for (const _ of maps) {
      const figure = element("figure", "", column)
      const field = element("div", "field", figure)
      field.tabIndex = 0
      field.setAttribute("role", "application")
      field.setAttribute("aria-roledescription", "heat map")
      element("canvas", "", field)
      element("div", "marker", field)
      element("figcaption", "", figure)
    }
  }
}

const paint = (canvas, percent, [right, wrong]) => {
  const [height, width] = [percent.length, percent[0].length]
  canvas.width = width
  canvas.height = height
  const context = canvas.getContext("2d")
  const pixels = context.createImageData(width, height)
  percent.flat().forEach((value, at) => {
    const strength = Math.abs(value - 50) / 50
    pixels.data.set([...(value < 50 ? wrong : right), Math.round(255 * strength)], 4 * at)
  })
  context.putImageData(pixels, 0, 0)
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".maps")
  const size = parentElement.querySelector(".size")
  size.onclick = () => (size.textContent = root.classList.toggle("large") ? "Smaller maps" : "Larger maps")
  if (!root.children.length) build(root, data.columns)
  data.columns.forEach(({ title, maps }, number) => {
    const column = root.children[number]
    column.setAttribute("aria-label", title)
    column.querySelector(".title").textContent = title
    maps.forEach((map, which) => {
      const figure = column.querySelectorAll("figure")[which]
      fill(figure, map, data.colours, (row, col) => {
        // the same move on all models' maps
        for (const other of root.children) mark(other.querySelectorAll("figure")[which], row, col)
        setTriggerValue("pressed", [which, row, col])
      })
    })
  })
}

const mark = (figure, row, column) => {
  const canvas = figure.querySelector("canvas")
  const marker = figure.querySelector(".marker")
  marker.style.top = `${(row / canvas.height) * 100}%`
  marker.style.left = `${(column / canvas.width) * 100}%`
  marker.style.height = `${100 / canvas.height}%`
  marker.style.width = `${100 / canvas.width}%`
}

const fill = (figure, { percent, chosen, label, caption }, colours, press) => {
  const field = figure.querySelector(".field")
  const [height, width] = [percent.length, percent[0].length]
  paint(figure.querySelector("canvas"), percent, colours)
  figure.querySelector("figcaption").textContent = caption
  field.classList.toggle("strip", height === 1)
  field.setAttribute("aria-label", `${label}: ${percent[chosen[0]][chosen[1]]} %`)
  mark(figure, ...chosen)

  const clip = (value, most) => Math.min(most - 1, Math.max(0, value))
  const cell = (event) => {
    const place = field.getBoundingClientRect()
    const row = Math.floor(((event.clientY - place.top) / place.height) * height)
    const column = Math.floor(((event.clientX - place.left) / place.width) * width)
    return [clip(row, height), clip(column, width)]
  }
  field.onpointerdown = (event) => field.setPointerCapture(event.pointerId)
  field.onpointermove = (event) => event.buttons && mark(figure, ...cell(event))
  field.onpointerup = (event) => press(...cell(event))
  field.onpointercancel = () => mark(figure, ...chosen)
  field.onkeydown = (event) => {
    const step = ARROWS[event.key]
    if (!step) return
    event.preventDefault()
    chosen = [clip(chosen[0] + step[0], height), clip(chosen[1] + step[1], width)]
    press(...chosen)
  }
}
