// Play, pause, or pull the slider. A rerun goes on where it was.
export default function ({ data, parentElement }) {
  const find = (what) => parentElement.querySelector(what)
  const [picture, way, button, slider, output] = [".picture", ".way", "button", "input", "output"].map(find)
  const { places, pause } = data
  const last = places.length - 1
  parentElement.filmState ??= { at: 0, timer: null }
  const state = parentElement.filmState
  const colour = getComputedStyle(way).color

  const strip = new Image()
  const show = () => {
    picture.getContext("2d").drawImage(strip, -28 * state.at, 0)
    const pen = way.getContext("2d")
    const size = way.width
    pen.clearRect(0, 0, size, size)
    pen.strokeStyle = pen.fillStyle = colour
    pen.lineWidth = 1.5
    pen.beginPath()
    for (const [x, y] of places.slice(0, state.at + 1)) pen.lineTo(x * size, y * size)
    pen.stroke()
    pen.beginPath()
    pen.arc(places[state.at][0] * size, places[state.at][1] * size, 8, 0, 7)
    pen.fill()
    slider.value = state.at
    output.textContent = `${state.at + 1} of ${last + 1}`
  }
  const name = () => (button.textContent = state.timer ? "Pause" : "Play")
  const stop = () => {
    clearInterval(state.timer)
    state.timer = null
    name()
  }
  const start = () => {
    clearInterval(state.timer)
    if (state.at === last) state.at = 0
    state.timer = setInterval(() => {
      state.at += 1
      show()
      if (state.at === last) stop()
    }, pause)
    name()
  }
  slider.max = last
  button.onclick = () => (state.timer ? stop() : start())
  slider.oninput = () => {
    stop()
    state.at = Number(slider.value)
    show()
  }
  strip.onload = show
  strip.src = data.strip
  if (state.timer) start()
  else name()
  return () => clearInterval(state.timer)
}
