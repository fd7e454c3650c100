// Drag to draw the rectangle. Arrow keys move it; with Shift they move its lower right corner.
const known = new WeakMap() // element -> the rectangle shown, and those sent that the server hasn't answered

export default function ({ data, parentElement, setTriggerValue }) {
  const digit = parentElement.querySelector(".digit")
  const box = parentElement.querySelector(".box")
  const words = parentElement.querySelector("p")
  parentElement.querySelector("img").src = data.url
  // Keys may be faster than the server: its answer to an earlier press must not undo a later one.
  const state = known.get(digit) ?? { shown: data.rectangle, sent: [] }
  known.set(digit, state)
  const answered = state.sent.indexOf(String(data.rectangle))
  state.sent.splice(0, answered + 1)
  if (answered < 0) state.sent = []
  if (!state.sent.length) state.shown = data.rectangle
  let [top, bottom, left, right] = state.shown
  let from = null

  const show = () => {
    const percent = (pixels) => `${(pixels / 28) * 100}%`
    Object.assign(box.style, {
      top: percent(top),
      left: percent(left),
      height: percent(bottom - top),
      width: percent(right - left),
    })
    words.textContent = `rows ${top}:${bottom}, columns ${left}:${right}`
  }
  const send = () => {
    state.shown = [top, bottom, left, right]
    state.sent.push(String(state.shown))
    setTriggerValue("rectangle", state.shown)
  }
  const pixel = (event) => {
    const place = digit.getBoundingClientRect()
    const at = (share) => Math.min(27, Math.max(0, Math.floor(share * 28)))
    return [at((event.clientY - place.top) / place.height), at((event.clientX - place.left) / place.width)]
  }
  const span = (a, b) => [Math.min(a, b), Math.max(a, b) + 1]

  digit.onpointerdown = (event) => {
    from = pixel(event)
    digit.setPointerCapture(event.pointerId)
  }
  digit.onpointermove = (event) => {
    if (!from) return
    const to = pixel(event)
    ;[top, bottom] = span(from[0], to[0])
    ;[left, right] = span(from[1], to[1])
    show()
  }
  digit.onpointerup = (event) => {
    if (!from) return
    digit.onpointermove(event)
    from = null
    send()
  }
  digit.onpointercancel = () => (from = null)
  const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }
  digit.onkeydown = (event) => {
    if (!steps[event.key]) return
    event.preventDefault()
    const [down, across] = steps[event.key]
    const clip = (value, low, high) => Math.min(high, Math.max(low, value))
    if (event.shiftKey) {
      bottom = clip(bottom + down, top + 1, 28)
      right = clip(right + across, left + 1, 28)
    } else {
      const moved = [clip(top + down, 0, 28 - (bottom - top)), clip(left + across, 0, 28 - (right - left))]
      ;[top, bottom] = [moved[0], moved[0] + bottom - top]
      ;[left, right] = [moved[1], moved[1] + right - left]
    }
    show()
    send()
  }
  show()
}
