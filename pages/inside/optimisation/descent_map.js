// Optimisers on a surface, step by step. An arrow where one of them is points downhill: against the gradient.
// A press on the map, or Shift and an arrow key, sends another start: [x, y].
export default function ({ data, parentElement, setTriggerValue }) {
  const find = (what) => parentElement.querySelector(what)
  const [map, canvas, legend, play, one, slider, words] = [
    ".map",
    "canvas",
    ".legend",
    ".play",
    ".step",
    "input",
    ".words",
  ].map(find)
  const { walks, centre, reach, batches } = data
  const last = walks[0].points.length - 1
  parentElement.descentState ??= { step: 0, timer: null, followed: 0 }
  const state = parentElement.descentState
  const first = 15 // so that there is a way to be seen
  const wanted = JSON.stringify(data)
  if (parentElement.shownDescent !== wanted) state.step = first
  parentElement.shownDescent = wanted
  slider.max = last
  const picture = new Image()
  const text = (number) => number.toFixed(2).replace("-", "−")

  legend.replaceChildren(
    ...walks.map(({ name, colour }, n) => {
      const item = document.createElement("button")
      item.type = "button"
      item.style.setProperty("--colour", colour)
      item.append(name, document.createElement("b"))
      item.onclick = () => {
        state.followed = n
        paint()
      }
      return item
    }),
  )

  const goes = (slope) => (slope > 0 ? "rises" : "falls")
  const said = (name, [x, y]) =>
    Math.hypot(x, y) > 1e-3
      ? batches
        ? `The gradient of ${name}’s batch is (${text(x)}, ${text(y)}). The arrow points the other way. ` +
          "That is downhill for the digits of this batch, not always for all."
        : `${name}’s gradient is (${text(x)}, ${text(y)}): the ground ${goes(x)} to the right, and ${goes(y)} ` +
          "upwards. The arrow points the other way, downhill."
      : `${name}: it is flat here.`

  const paint = () => {
    const ratio = window.devicePixelRatio || 1
    const side = Math.round(map.clientWidth * ratio)
    if (!side) return
    canvas.width = canvas.height = side
    const pen = canvas.getContext("2d")
    if (picture.complete && picture.naturalWidth) pen.drawImage(picture, 0, 0, side, side)
    const at = ([x, y]) => [((x - centre[0]) / reach / 2 + 0.5) * side, (0.5 - (y - centre[1]) / reach / 2) * side]
    pen.lineJoin = "round"
    walks.forEach(({ points, colour }) => {
      const way = points.slice(0, state.step + 1).map(at)
      for (const [width, stroke] of [
        [5, "rgba(15, 23, 42, 0.55)"],
        [2.5, colour],
      ]) {
        pen.lineWidth = width * ratio
        pen.strokeStyle = stroke
        pen.beginPath()
        for (const [x, y] of way) pen.lineTo(x, y)
        pen.stroke()
      }
      const [x, y] = way.at(-1)
      pen.fillStyle = colour
      pen.strokeStyle = "#0f172a"
      pen.lineWidth = 1.5 * ratio
      pen.beginPath()
      pen.arc(x, y, 6 * ratio, 0, 7)
      pen.fill()
      pen.stroke()
    })
    const { name, points, gradients } = walks[state.followed]
    const slope = gradients?.[state.step] ?? [0, 0]
    const length = Math.hypot(...slope)
    if (length > 1e-3) {
      const [x, y] = at(points[state.step])
      const size = Math.min(60, 18 + 14 * length) * ratio
      const [dx, dy] = [(-slope[0] / length) * size, (slope[1] / length) * size]
      const turn = Math.atan2(dy, dx)
      // light first, then dark on it: to be seen on hill and valley
      for (const [colour, edge] of [
        ["#ffffff", 3.5],
        ["#0f172a", 0],
      ]) {
        pen.strokeStyle = pen.fillStyle = colour
        pen.lineWidth = (3 + edge) * ratio
        pen.beginPath()
        pen.moveTo(x, y)
        pen.lineTo(x + dx, y + dy)
        pen.stroke()
        pen.lineWidth = edge * ratio
        pen.beginPath()
        for (const [angle, far] of [
          [0, 10],
          [2.4, 9],
          [-2.4, 9],
        ])
          pen.lineTo(x + dx + Math.cos(turn + angle) * far * ratio, y + dy + Math.sin(turn + angle) * far * ratio)
        pen.closePath()
        if (edge) pen.stroke()
        pen.fill()
      }
    }
    ;[...legend.children].forEach((item, n) => {
      const height = walks[n].heights[state.step]
      item.querySelector("b").textContent = height > 9999 ? "lost" : text(height)
      item.setAttribute("aria-pressed", n === state.followed)
    })
    words.textContent =
      `Step ${state.step} of ${last}. ` + (gradients ? said(name, slope) : `${name} needs no gradient.`)
    slider.value = state.step
    map.dataset.step = state.step
  }
  const go = (step) => {
    state.step = Math.max(0, Math.min(last, step))
    paint()
  }
  const stop = () => {
    clearInterval(state.timer)
    state.timer = null
    play.textContent = "Play"
  }
  const start = () => {
    if (state.step >= last) state.step = 0
    play.textContent = "Pause"
    clearInterval(state.timer)
    state.timer = setInterval(() => (state.step < last ? go(state.step + 1) : stop()), 120)
  }
  play.onclick = () => (state.timer ? stop() : start())
  one.onclick = () => {
    stop()
    go(state.step + 1)
  }
  slider.oninput = () => {
    stop()
    go(Number(slider.value))
  }
  const send = (x, y) => setTriggerValue("start", [x, y])
  map.onclick = (event) => {
    const box = map.getBoundingClientRect()
    stop()
    send(
      centre[0] + ((event.clientX - box.left) / box.width - 0.5) * 2 * reach,
      centre[1] - ((event.clientY - box.top) / box.height - 0.5) * 2 * reach,
    )
  }
  map.onkeydown = (event) => {
    const move = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key]
    if (!move || (!event.shiftKey && !move[0])) return
    event.preventDefault()
    stop()
    const [x, y] = walks[0].points[0]
    if (event.shiftKey) send(x + (move[0] * reach) / 20, y + (move[1] * reach) / 20)
    else go(state.step + move[0])
  }
  picture.onload = paint
  picture.src = data.picture
  const observer = new ResizeObserver(paint)
  observer.observe(map)
  paint()
  return () => {
    stop()
    observer.disconnect()
  }
}
