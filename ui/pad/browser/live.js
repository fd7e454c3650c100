// The answer while the pen is down: digit, words and ten bars follow at every frame. They lie over the server's answer,
// which takes their place when it has come.
import { answerOf, opinions, percent, secondThoughts, sentence } from "./answer.js"
import { upper } from "./canvas.js"
import { decode } from "./drawing.js"
import { draw, hand, onSheet, stop } from "./hand.js"
import { isDown, pen } from "./pen.js"
import { pixels } from "./pixels.js"
import { look, reader, use } from "./reader.js"
import { drawing, events, kept, strokesAnswered } from "./state.js"
import { strokes } from "./strokes.js"

const DEMO_MS = 1000
const SOON_MS = 100
const PATIENCE_MS = 1500 // the example draws itself even where no network comes to read it
const GIVE_UP_MS = 4000 // then any answer of the server will do; without one, what the browser read stays

const mounted = new WeakMap()
let demonstrated = false // once for each load of the tab

export default function (component) {
  const place = component.parentElement.querySelector("[data-testid=live-answer]")
  const live = mounted.get(place) ?? new Live(place)
  mounted.set(place, live)
  live.update(component.data)
  return () => live.end()
}

class Live {
  constructor(place) {
    this.place = place
    this.waits = false // for the server's answer to what is on the pad now
    this.heard = false // another answer meanwhile
    this.ends = new AbortController()
    const on = (target, name, act) => target.addEventListener(name, act, { signal: this.ends.signal })
    on(pen, "down", () => this.down())
    on(pen, "move", () => look())
    on(pen, "up", () => this.changed())
    on(events, "changed", () => this.changed())
    on(events, "answer", () => this.answered())
    on(events, "given", () => this.answered())
    on(reader, "read", ({ detail }) => this.read(detail))
    on(reader, "ready", () => this.ready())
    on(hand, "frame", () => look())
    on(hand, "stop", () => this.show(false))
  }

  end() {
    this.ends.abort()
    mounted.delete(this.place)
    stop()
  }

  update(data) {
    const other = this.data?.model !== data.model
    this.data = data
    if (data.model && other) use(data.model, data.urls, data.worker, data.join)
    if (!data.model) this.show(false)
    setTimeout(() => this.demonstrate(), PATIENCE_MS)
  }

  // The first screen: the link's example, or ours, draws itself; the first touch takes it away.
  demonstrate() {
    if (demonstrated || isDown() || !this.data.demo || this.ends.signal.aborted) return
    if (!upper()) return setTimeout(() => this.demonstrate(), SOON_MS) // the canvas is still to come
    demonstrated = true
    const own = drawing()
    if (own ? own !== this.data.demo : kept()) return // somebody's own drawing is there, or comes back
    draw(decode(this.data.demo), { ms: DEMO_MS, stays: !own })
  }

  ready() {
    this.demonstrate()
    if (onSheet()) look() // another model reads what lies there
  }

  down() {
    demonstrated = true
    stop()
    look()
  }

  // The canvas shows something else than the server has answered: a stroke more, or less.
  changed() {
    this.waits = true
    this.heard = false
    clearTimeout(this.giveUp)
    this.giveUp = setTimeout(() => {
      this.waits = false
      if (this.heard) this.answered()
    }, GIVE_UP_MS)
    look()
  }

  answered() {
    this.heard = true
    if (!isDown() && (!this.waits || strokesAnswered() === strokes().length)) {
      this.waits = false
      if (!onSheet()) this.show(false)
    }
    look() // for those who look inside
  }

  read({ seen, probabilities, byPicture, byMovement, score, photo }) {
    if (!this.data.model || photo) return this.show(false)
    const answer = seen && answerOf(probabilities, score, this.data.rules)
    this.place.dataset.digit = answer ? String(answer.digit ?? "?") : ""
    if (!isDown() && !this.waits && !onSheet()) return
    this.fill(answer, seen, answer && opinions(answer, byPicture, byMovement))
    this.show(true)
  }

  show(whether) {
    this.place.closest(".st-key-reading")?.toggleAttribute("data-live", whether)
    if (!whether) this.place.replaceChildren()
  }

  fill(answer, seen, alone) {
    const { words, template } = this.data
    if (!this.place.firstChild || this.filled !== template) {
      this.place.innerHTML = template
      this.filled = template
    }
    const part = (name) => this.place.querySelector(name)
    const digit = answer?.digit ?? null
    part(".answer").classList.toggle("quiet", digit === null)
    part(".answer .big").textContent = answer ? String(digit ?? words.notSure) : words.empty
    part(".answer .big + div").textContent = answer ? sentence(answer, words) : words.emptyHint
    part(".details").hidden = !answer
    if (!answer) return
    part(".runner-up").textContent = secondThoughts(answer)
    const bars = this.place.querySelectorAll(".bars > div")
    answer.probabilities.forEach((share, n) => {
      bars[n].classList.toggle("chosen", n === digit)
      bars[n].style.setProperty("--share", `${(share * 100).toFixed(1)}%`)
      bars[n].lastElementChild.textContent = share >= 0.01 ? percent(share) : ""
    })
    for (const [n, one] of (alone ?? []).entries()) {
      const place = this.place.querySelectorAll(".opinions > span")[n]
      place.classList.toggle("other", one.other)
      place.querySelector("b").textContent = one.digit
      place.querySelector("span").textContent = one.share
    }
    pixels(part("canvas"), 28, 28, (n) => seen[n])
  }
}
