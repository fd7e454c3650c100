// The kernel stands at one place of the digit; its nine products and their sum are written out, and the sum is
// marked among all sums. Drag, or use the arrow keys, or let it play. A weight that is edited goes to the server.
export default function ({ data, parentElement, setTriggerValue }) {
  const find = (what) => parentElement.querySelector(what)
  const [input, output, table, sum, button] = ["canvas.input", "canvas.output", "table", ".sum", ".play"].map(find)
  const { picture, kernel, stride, colours } = data
  const values = data.output
  const rows = values.length
  const columns = values[0].length
  const size = kernel.length
  const state = (parentElement.slidingState ??= { row: 0.4, column: 0.45, timer: null })
  const limit = (number, most) => Math.min(most, Math.max(0, number))
  // kept as a share, so that it stays where it is when the stride changes
  let row = limit(Math.round(state.row * (rows - 1)), rows - 1)
  let column = limit(Math.round(state.column * (columns - 1)), columns - 1)
  const strongest = Math.max(1e-9, ...values.flat().map(Math.abs))

  const paint = (canvas, grid, colour, mark) => {
    const scale = 10
    canvas.width = grid[0].length * scale
    canvas.height = grid.length * scale
    const pen = canvas.getContext("2d")
    grid.forEach((line, r) =>
      line.forEach((value, c) => {
        pen.fillStyle = colour(value, r, c)
        pen.fillRect(c * scale, r * scale, scale, scale)
      }),
    )
    pen.lineWidth = 3
    pen.strokeStyle = `rgb(${colours[1]})`
    pen.strokeRect(...mark.map((pixels) => pixels * scale))
  }
  const ink = (value, r, c) => {
    const level = Math.round(value * 255)
    const [before, after] = data.frame
    const outside = Math.min(r, c) < before || Math.max(r, c) >= picture.length - after
    return outside ? "#333c4d" : `rgb(${level},${level},${level})`
  }
  const tint = (value) => {
    const share = Math.sqrt(Math.min(1, Math.abs(value) / strongest))
    return `rgb(${colours[value > 0 ? 0 : 1].map((end) => Math.round(24 + share * (end - 24)))})`
  }
  const text = (number) => String(Number(number.toFixed(2))).replace("-", "−")

  table.replaceChildren(
    ...kernel.map((line, r) => {
      const tr = document.createElement("tr")
      tr.append(
        ...line.map((weight, c) => {
          const td = document.createElement("td")
          const pixel = document.createElement("span")
          const box = document.createElement("input")
          Object.assign(box, { type: "number", step: "any", value: Number(weight.toFixed(3)) })
          box.setAttribute("aria-label", `Weight in row ${r + 1}, column ${c + 1}`)
          box.onchange = () => {
            const number = Number(box.value)
            if (box.value === "" || !Number.isFinite(number) || Math.abs(number) > 99) return (box.value = weight)
            const wanted = kernel.map((old) => [...old])
            wanted[r][c] = number
            setTriggerValue("kernel", wanted.flat())
          }
          td.append(pixel, " × ", box)
          return td
        }),
      )
      return tr
    }),
  )

  const show = () => {
    const top = row * stride
    const left = column * stride
    paint(input, picture, ink, [left, top, size, size])
    paint(output, values, tint, [column, row, 1, 1])
    const pixels = table.querySelectorAll("span")
    kernel.forEach((line, r) =>
      line.forEach((_, c) => (pixels[r * size + c].textContent = picture[top + r][left + c].toFixed(2))),
    )
    const products = kernel.flatMap((line, r) => line.map((weight, c) => weight * picture[top + r][left + c]))
    const written = products.map((product) => text(product)).join(" + ").replaceAll("+ −", "− ")
    sum.textContent = `${written} = ${text(values[row][column])}`
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
    }, 90)
  }
  button.onclick = () => (state.timer ? stop() : play())

  const follow = (canvas, height, place) => (event) => {
    if (event.type === "pointermove" && !event.buttons) return
    stop()
    const box = canvas.getBoundingClientRect()
    go(place((event.clientY - box.top) / box.height), place((event.clientX - box.left) / box.width))
  }
  input.onpointerdown = input.onpointermove = follow(input, rows, (share) =>
    Math.round((share * picture.length - size / 2) / stride),
  )
  output.onpointerdown = output.onpointermove = follow(output, rows, (share) => Math.floor(share * rows))
  const ways = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }
  input.onkeydown = (event) => {
    if (!ways[event.key]) return
    event.preventDefault()
    stop()
    go(row + ways[event.key][0], column + ways[event.key][1])
  }
  show()
  if (state.timer) play() // with the new numbers
  return stop
}
