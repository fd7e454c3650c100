// A map of decoded digits. The picture under the pointer is blended of the four decoded ones around it.
export default function ({ data, parentElement }) {
  const find = (selector) => parentElement.querySelector(selector)
  const [map, field, digit, words, legend] = [".map", ".field", ".digit", "p", ".legend"].map(find)
  const { side, span, answers, labels, places, mine, colours, asPictures } = data
  const first = 0.5 / side // the middle of the first picture; the last one's is 1 - first
  let here = JSON.stringify(mine) === map.dataset.mine ? JSON.parse(map.dataset.here) : mine
  map.dataset.mine = JSON.stringify(mine) // a rerun leaves the pointer; another digit moves it there

  const sheet = new Image()
  let ink = null // the sheet's pixels, once it is there
  sheet.onload = () => {
    const canvas = document.createElement("canvas")
    canvas.width = canvas.height = side * 28
    const pen = canvas.getContext("2d", { willReadFrequently: true })
    pen.drawImage(sheet, 0, 0)
    ink = pen.getImageData(0, 0, side * 28, side * 28).data
    show()
  }
  sheet.src = data.sheet

  legend.hidden = asPictures
  legend.replaceChildren(
    ...colours.map((colour, number) => {
      const item = document.createElement("span")
      item.textContent = number
      item.style.setProperty("--colour", colour)
      return item
    }),
  )

  const paint = () => {
    const size = Math.round(map.clientWidth * (window.devicePixelRatio || 1))
    if (!size) return
    field.width = field.height = size
    const pen = field.getContext("2d")
    const unit = size / 170
    const circle = ([x, y], radius) => {
      pen.beginPath()
      pen.arc(x * size, y * size, radius * unit, 0, 7)
    }
    if (asPictures) pen.drawImage(sheet, 0, 0, size, size)
    else
      places.forEach((place, i) => {
        pen.fillStyle = colours[labels[i]]
        circle(place, 0.9)
        pen.fill()
      })
    const ring = (place, radius, colour) => {
      for (const [stroke, width] of [
        ["#000", 2.2],
        ["#fff", 1.6],
        [colour, 1],
      ]) {
        pen.strokeStyle = stroke
        pen.lineWidth = width * unit
        circle(place, radius)
        pen.stroke()
      }
    }
    ring(mine, 3.4, data.mark)
    ring(here, 2, getComputedStyle(map).color)
  }

  const show = () => {
    map.dataset.here = JSON.stringify(here)
    if (!ink) return
    const [x, y] = here.map((share) => Math.min(side - 1, Math.max(0, share * side - 0.5)))
    const [left, top] = [x, y].map((place) => Math.min(side - 2, Math.floor(place)))
    const [right, down] = [x - left, y - top]
    const corners = [
      [left, top, (1 - right) * (1 - down)],
      [left + 1, top, right * (1 - down)],
      [left, top + 1, (1 - right) * down],
      [left + 1, top + 1, right * down],
    ]
    const picture = new ImageData(28, 28)
    for (let row = 0; row < 28; row++)
      for (let column = 0; column < 28; column++) {
        let value = 0
        for (const [i, j, share] of corners) value += share * ink[((j * 28 + row) * side * 28 + i * 28 + column) * 4]
        picture.data.set([value, value, value, 255], (row * 28 + column) * 4)
      }
    digit.getContext("2d").putImageData(picture, 0, 0)
    const code = [x, side - 1 - y].map((place) => ((place / (side - 1)) * 2 - 1) * span)
    const answer = answers[Math.round(y) * side + Math.round(x)]
    const away = Math.hypot(here[0] - mine[0], here[1] - mine[1])
    words.textContent =
      `The two numbers ${code.map((number) => number.toFixed(2).replace("-", "−")).join(" and ")} ` +
      `draw this. The CNN reads ${answer === 8 ? "an" : "a"} ${answer} here.` +
      (away < 0.01 ? " This is your digit’s place." : "")
    paint()
  }

  const move = (x, y) => {
    here = [x, y].map((share) => Math.min(1 - first, Math.max(first, share)))
    show()
  }
  map.onpointermove = map.onpointerdown = (event) => {
    const box = map.getBoundingClientRect()
    move((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height)
  }
  const steps = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }
  map.onkeydown = (event) => {
    if (!steps[event.key]) return
    event.preventDefault()
    const step = (1 - 2 * first) / (event.shiftKey ? 10 : 70)
    move(here[0] + steps[event.key][0] * step, here[1] + steps[event.key][1] * step)
  }
  const observer = new ResizeObserver(paint)
  observer.observe(map)
  show()
  return () => observer.disconnect()
}
