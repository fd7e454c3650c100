// The kernel stands at one place of the digit; its nine products and their sum are written out, and the sum is
// marked among all sums. Drag, or use the arrow keys, or let it play. A weight that is edited goes to the server.
export default function ({ data, parentElement, setTriggerValue }) {
  const find = (what) => parentElement.querySelector(what)
  const [input, output, table, sum, place, button] = [
    "canvas.input",
    "canvas.output",
    "table",
    ".sum",
    ".place",
    ".play",
  ].map(find)
  const { picture, kernel, stride, colours } = data
  const values = data.output
  const rows = values.length
  const columns = values[0].length
  const size = kernel.length
  parentElement.slidingState ??= { row: 0.4, column: 0.45, timer: null }
  const state = parentElement.slidingState
  const limit = (number, most) => Math.min(most, Math.max(0, number))
  // kept as a share, so that it stays where it is when the stride changes
  let row = limit(Math.round(state.row * (rows - 1)), rows - 1)
  let column = limit(Math.round(state.column * (columns - 1)), columns - 1)
  const strongest = Math.max(1e-9, ...values.flat().map(Math.abs))

  const paint = (canvas, grid, colour, mark, markColour) => {
    const scale = 10
    canvas.width = grid[0].length * scale
    canvas.height = grid.length * scale
    const pen = canvas.getContext("2d")
    for (const [r, line] of grid.entries()) {
      for (const [c, value] of line.entries()) {
        pen.fillStyle = colour(value, r, c)
        pen.fillRect(c * scale, r * scale, scale, scale)
      }
    }
    for (const [width, stroke] of [
      [6, "#000"],
      [3, markColour],
    ]) {
      pen.lineWidth = width
      pen.strokeStyle = stroke
      pen.strokeRect(...mark.map((pixels) => pixels * scale))
    }
  }
  const ink = (value, r, c) => {
    const level = Math.round(value * 255)
    const [before, after] = data.frame
    const outside = Math.min(r, c) < before || Math.max(r, c) >= picture.length - after
    return outside ? "#333c4d" : `rgb(${level},${level},${level})`
  }
  const tint = (value, r, c) => {
    const yetToCome = state.timer && r * columns + c > row * columns + column
    if (yetToCome) return "#333c4d"
    const share = Math.sqrt(Math.min(1, Math.abs(value) / strongest))
    return `rgb(${colours[value > 0 ? 0 : 1].map((end) => Math.round(24 + share * (end - 24)))})`
  }
  const rounded = (number) => Number(number.toFixed(2))
  const text = (number) => String(rounded(number)).replace("-", "−")

  // the boxes are made once: a new kernel mustn't take the focus from them
  if (!table.rows.length) {
    for (let r = 0; r < size; r++) {
      const line = table.insertRow()
      for (let c = 0; c < size; c++) {
        const box = Object.assign(document.createElement("input"), { type: "number", step: "any" })
        box.setAttribute("aria-label", `Weight in row ${r + 1}, column ${c + 1}`)
        line.insertCell().append(document.createElement("span"), " × ", box)
      }
    }
  }
  const pixels = [...table.querySelectorAll("span")]
  const boxes = [...table.querySelectorAll("input")]
  const focused = parentElement.activeElement ?? table.getRootNode().activeElement
  boxes.forEach((box, number) => {
    const weight = kernel.flat()[number]
    if (box !== focused) box.value = weight
    box.onchange = () => {
      const asked = Number(box.value)
      if (box.value === "" || !Number.isFinite(asked) || Math.abs(asked) > 99) {
        box.value = weight
        return
      }
      setTriggerValue(
        "kernel",
        boxes.map((each) => Number(each.value)),
      )
    }
  })

  const show = () => {
    const top = row * stride
    const left = column * stride
    paint(input, picture, ink, [left, top, size, size], `rgb(${colours[1]})`)
    paint(output, values, tint, [column, row, 1, 1], "#fff")
    const seen = kernel.flatMap((line, r) => line.map((_, c) => picture[top + r][left + c]))
    for (const [number, span] of pixels.entries()) span.textContent = seen[number].toFixed(2)
    const products = kernel.flat().map((weight, number) => weight * seen[number])
    const exact = rounded(products.map(rounded).reduce((a, b) => a + b)) === rounded(values[row][column])
    const written = products.map(text).join(" + ").replaceAll("+ −", "− ")
    // nobody wants to hear every sum of a film
    sum.setAttribute("aria-live", state.timer ? "off" : "polite")
    sum.textContent = `${written} ${exact ? "=" : "≈"} ${text(values[row][column])}`
    place.textContent = `It lands in row ${row}, column ${column} of ${rows} × ${columns}.`
    Object.assign(output.dataset, { row, column })
    Object.assign(state, { row: row / Math.max(1, rows - 1), column: column / Math.max(1, columns - 1) })
  }
  const go = (toRow, toColumn) => {
    ;[row, column] = [limit(toRow, rows - 1), limit(toColumn, columns - 1)]
    show()
  }
  const stop = () => {
    clearInterval(state.timer)
    state.timer = null
    button.textContent = "Play"
  }
  const play = () => {
    button.textContent = "Pause"
    clearInterval(state.timer)
    state.timer = setInterval(() => {
      if (column + 1 < columns) return go(row, column + 1)
      go(row + 1 < rows ? row + 1 : 0, 0)
    }, 50)
  }
  button.onclick = () => {
    if (state.timer) stop()
    else play()
    show()
  }

  const follow = (canvas, toPlace) => (event) => {
    if (event.type === "pointermove" && !event.buttons) return
    stop()
    const box = canvas.getBoundingClientRect()
    go(toPlace((event.clientY - box.top) / box.height), toPlace((event.clientX - box.left) / box.width))
  }
  input.onpointerdown = input.onpointermove = follow(input, (share) =>
    Math.round((share * picture.length - size / 2) / stride),
  )
  output.onpointerdown = output.onpointermove = follow(output, (share) => Math.floor(share * rows))
  const ways = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }
  input.onkeydown = (event) => {
    if (!ways[event.key]) return
    event.preventDefault()
    stop()
    go(row + ways[event.key][0], column + ways[event.key][1])
  }
  if (state.timer) play() // with the new numbers
  show()
  return stop
}
