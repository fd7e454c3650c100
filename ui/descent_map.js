// Optimisers on a surface, step by step. An arrow at the first one's place points downhill: against the gradient.
export default function ({ data, parentElement, setTriggerValue }) {
  const find = (what) => parentElement.querySelector(what)
  const [map, canvas, legend, play, one, slider, words] = [
    ".map", "canvas", ".legend", ".play", ".step", "input", ".words",
  ].map(find)
  const { walks, centre, reach } = data
  const last = walks[0].points.length - 1
  const state = (parentElement.descentState ??= { step: 0, timer: null })
  const first = 15 // so that there is a way to be seen
  const wanted = JSON.stringify(data)
  if (parentElement.shownDescent !== wanted) state.step = first
  parentElement.shownDescent = wanted
  slider.max = last
  const picture = new Image()
  const text = (number) => number.toFixed(2).replace("-", "−")

  legend.replaceChildren(
    ...walks.map(({ name, colour }) => {
      const item = document.createElement("span")
      item.style.setProperty("--colour", colour)
      item.append(name, document.createElement("b"))
      return item
    }),
  )

  const paint = () => {
    const ratio = window.devicePixelRatio || 1
    const side = Math.round(map.clientWidth * ratio)
    if (!side) return
    canvas.width = canvas.height = side
    const pen = canvas.getContext("2d")
    if (picture.complete && picture.naturalWidth) pen.drawImage(picture, 0, 0, side, side)
    const at = ([x, y]) => [
      ((x - centre[0]) / reach / 2 + 0.5) * side,
      (0.5 - (y - centre[1]) / reach / 2) * side,
    ]
    pen.lineJoin = "round"
    walks.forEach(({ points, colour }) => {
      const way = points.slice(0, state.step + 1).map(at)
      for (const [width, stroke] of [[5, "rgba(15, 23, 42, 0.55)"], [2.5, colour]]) {
        pen.lineWidth = width * ratio
        pen.strokeStyle = stroke
        pen.beginPath()
        way.forEach(([x, y]) => pen.lineTo(x, y))
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
    const led = walks[0]
    const slope = led.gradients[state.step]
    const length = Math.hypot(...slope)
    if (length > 1e-3) {
      const [x, y] = at(led.points[state.step])
      const size = Math.min(60, 18 + 14 * length) * ratio
      const [dx, dy] = [(-slope[0] / length) * size, (slope[1] / length) * size]
      const turn = Math.atan2(dy, dx)
      pen.strokeStyle = pen.fillStyle = "#0f172a"
      pen.lineWidth = 3 * ratio
      pen.beginPath()
      pen.moveTo(x, y)
      pen.lineTo(x + dx, y + dy)
      pen.stroke()
      pen.beginPath()
      for (const [angle, far] of [[0, 10], [2.4, 9], [-2.4, 9]])
        pen.lineTo(x + dx + Math.cos(turn + angle) * far * ratio, y + dy + Math.sin(turn + angle) * far * ratio)
      pen.fill()
    }
    legend.querySelectorAll("b").forEach((b, n) => {
      const height = walks[n].heights[state.step]
      b.textContent = height > 9999 ? "lost" : text(height)
    })
    words.textContent =
      `Step ${state.step} of ${last}. ${led.name}’s gradient is (${slope.map(text).join(", ")}): ` +
      (length > 1e-3 ? "the arrow points the other way, downhill." : "it is flat here.")
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
  one.onclick = () => (stop(), go(state.step + 1))
  slider.oninput = () => (stop(), go(Number(slider.value)))
  map.onclick = (event) => {
    const box = map.getBoundingClientRect()
    stop()
    setTriggerValue("start", [
      centre[0] + ((event.clientX - box.left) / box.width - 0.5) * 2 * reach,
      centre[1] - ((event.clientY - box.top) / box.height - 0.5) * 2 * reach,
    ])
  }
  map.onkeydown = (event) => {
    const move = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
    if (!move) return
    event.preventDefault()
    stop()
    go(state.step + move)
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
