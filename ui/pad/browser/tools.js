// Undo, Clear, the pen's width, Replay and Share; and the drawing that the tab keeps for a reload.
//
// What was drawn since the canvas got its drawing, the canvas takes back at once and by itself. What it was given (an
// example, a link's drawing) only the server can take from it: strokes that begin meanwhile are held back. So they are
// from a press of Send, where the page has such a button, until the server has answered it.
import { canvases, layers, pad, press } from "./canvas.js"
import { decode, encode } from "./drawing.js"
import { replay, stop } from "./hand.js"
import { hold, isDown, pen, release } from "./pen.js"
import { drawing, events, follow, kept, strokesAnswered } from "./state.js"
import { drawnSince, give, takeAllBack, takeBack, usePen } from "./strokes.js"

const ICONS = {
  undo: '<path d="M9 14 4 9l5-5"/><path d="M4 9h10a6 6 0 0 1 0 12h-2"/>',
  clear: '<path d="M4 7h16"/><path d="M9 7V4h6v3"/><path d="M6 7l1 13h10l1-13"/>',
  replay: '<path d="M7 4.5v15l12-7.5z"/>',
  share: '<path d="M12 15V3"/><path d="m7 8 5-5 5 5"/><path d="M5 13v7h14v-7"/>',
}
const PAD_SIZE = 280
const PAUSE_MS = 200
const TOO_LONG = "This drawing is too long for that."

const mounted = new WeakMap()
let session = null // the server's: another one after a reload, or where another server takes over

export default function (component) {
  const row = component.parentElement.querySelector(".tools")
  const tools = mounted.get(row) ?? new Tools(row)
  mounted.set(row, tools)
  tools.update(component)
  return () => tools.end()
}

class Tools {
  constructor(row) {
    this.row = row
    this.asked = [] // presses that wait for the server's answer to the one before
    this.waitsFor = null
    row.innerHTML = `
      ${button("undo", "Undo")}${button("clear", "Clear")}${button("replay", "Replay")}${button("share", "Share")}
      <label title="Pen width"><svg viewBox="0 0 24 24"><circle cx="12" cy="12" r="6"/></svg>
        <input type="range" aria-label="Pen width in pixels"></label>
      <div class="menu" role="menu" hidden>
        <button role="menuitem" data-do="link">Copy a link to this drawing</button>
        <button role="menuitem" data-do="png">Save as a picture (PNG)</button>
        <button role="menuitem" data-do="json">Save its strokes (JSON)</button>
      </div>
      <div class="said" role="status"></div>`
    this.menu = row.querySelector(".menu")
    this.said = row.querySelector(".said")
    this.slider = row.querySelector("input")
    row.addEventListener("click", (event) => this.do(event.target.closest("[data-do]")?.dataset.do))
    row.addEventListener("keydown", (event) => event.key === "Escape" && this.open(false))
    this.menu.addEventListener("focusout", ({ relatedTarget }) => {
      if (relatedTarget && !this.menu.contains(relatedTarget)) this.open(false)
    })
    this.slider.addEventListener("change", () => this.takePen())
    this.slider.addEventListener("input", () => this.showPen())
    this.outside = (event) => event.composedPath().includes(row) || this.open(false)
    window.addEventListener("pointerdown", this.outside, true)
    this.rebuilt = () => this.again()
    canvases.addEventListener("rebuilt", this.rebuilt)
    this.afterStroke = () => {
      this.said.textContent = ""
      press("send") // by itself the canvas waits a fifth of a second
      this.later?.()
    }
    pen.addEventListener("up", this.afterStroke)
    this.sends = (event) => {
      if (this.component.data.sent !== null && isSend(event)) hold()
    }
    window.addEventListener("click", this.sends, true)
  }

  end() {
    window.removeEventListener("click", this.sends, true)
    window.removeEventListener("pointerdown", this.outside, true)
    pen.removeEventListener("up", this.afterStroke)
    canvases.removeEventListener("rebuilt", this.rebuilt)
    mounted.delete(this.row)
  }

  // Its keys come fast, and each of them costs the server a run of the page.
  takePen() {
    clearTimeout(this.pause)
    this.pause = setTimeout(() => this.component.setStateValue("pen", this.slider.valueAsNumber), PAUSE_MS)
  }

  // A new canvas lacks what was drawn on the old one: the server has it.
  again() {
    if (!drawnSince()) return
    this.asked.push("again")
    hold()
    if (this.waitsFor === null) this.ask()
  }

  update(component) {
    const first = !this.component
    const { data } = component
    // an example was pressed, further down on a phone: show what it did
    const another = data.version !== this.component?.data.version
    const answered = data.sent !== this.component?.data.sent
    if (!first && another && !answered) pad()?.scrollIntoView({ block: "nearest" })
    this.component = component
    usePen(data.pen)
    if (another) {
      give(data.base)
      events.dispatchEvent(new Event("given"))
    }
    if (first) {
      for (const name of data.sent === null ? [] : ["replay", "share"]) {
        this.row.querySelector(`[data-do="${name}"]`).hidden = true
      }
      ;[this.slider.min, this.slider.max] = data.pens
      this.slider.value = data.pen
      this.showPen()
    }
    if (this.waitsFor !== null && data.version !== this.waitsFor) {
      this.waitsFor = null
      this.ask()
    }
    if (!first && answered && this.waitsFor === null) soonRelease()
    if (data.session !== session) {
      session = data.session
      const own = kept()
      follow(session)
      if (own && data.fresh) component.setTriggerValue("kept", own)
    }
  }

  do(what) {
    if (!what) return
    this.said.textContent = ""
    if (what !== "share") this.open(false)
    if (what === "undo" || what === "clear") {
      stop()
      // a stroke is finished before it can be taken back
      if (isDown()) this.later = () => this.take(what)
      else this.take(what)
    } else if (what === "share") this.open(this.menu.hidden)
    else if (what === "replay") this.withStrokes(replay)
    else if (what === "link") this.withStrokes((strokes) => this.copy(encode(strokes)))
    else if (what === "json") this.withStrokes((strokes) => save(strokesFile(strokes), "digit.json"))
    else if (what === "png") this.withStrokes(async () => save(await picture(), "digit.png"))
  }

  take(what) {
    this.later = null
    if (what === "undo" && press("undo")) {
      takeBack()
      return changed()
    }
    if (this.component.data.base.length === 0) {
      if (what === "clear" && press("reset")) {
        takeAllBack()
        changed()
      }
      return
    }
    this.asked.push(what)
    hold()
    if (this.waitsFor === null) this.ask()
  }

  // Tell the server all that was pressed; where nothing was, it is done.
  ask() {
    const { base, version } = this.component.data
    const asked = this.asked.splice(0)
    const again = asked.includes("again")
    if (!asked.length || !(base.length || again)) {
      soonRelease()
      return
    }
    this.waitsFor = version
    const question = asked.includes("clear") ? { clear: true } : again ? { again } : { undo: asked.length }
    this.component.setTriggerValue("asked", { ...question, version })
  }

  withStrokes(use) {
    const strokes = decode(drawing(), this.component.data.longestKept)
    if (strokes?.length) use(strokes)
    else this.said.textContent = drawing() === "" && strokesAnswered() ? TOO_LONG : "Draw something first."
  }

  open(whether) {
    this.menu.hidden = !whether
    this.row.querySelector('[data-do="share"]').setAttribute("aria-expanded", String(whether))
    if (whether) this.menu.querySelector("button").focus()
  }

  showPen() {
    const radius = 2 + (this.slider.valueAsNumber / this.slider.max) * 9
    this.row.querySelector("circle").setAttribute("r", radius)
  }

  async copy(text) {
    if (!text) {
      this.said.textContent = TOO_LONG
      return
    }
    const link = new URL(`?drawing=${text}`, new URL(this.component.data.address, document.baseURI)).href
    const copied = await toClipboard(link)
    this.said.textContent = copied ? "The link is copied." : link
  }
}

// The canvas shows a moment later what it was given.
function soonRelease() {
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(release)))
}

const isSend = (event) => event.target instanceof Element && event.target.closest(".st-key-send button:enabled")

function changed() {
  events.dispatchEvent(new Event("changed"))
}

function button(what, word) {
  const more = what === "share" ? ' aria-haspopup="menu" aria-expanded="false"' : ""
  return `<button data-do="${what}" title="${word}"${more}><svg viewBox="0 0 24 24" aria-hidden="true">${ICONS[what]}</svg>
    <span class="row-word">${word}</span></button>`
}

// Without HTTPS, as in many a classroom, browsers have no clipboard to write to: the link is shown then.
async function toClipboard(text) {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return false
  }
}

function strokesFile(strokes) {
  return new Blob([JSON.stringify({ width: PAD_SIZE, height: PAD_SIZE, strokes })], { type: "application/json" })
}

function picture() {
  const copy = document.createElement("canvas")
  copy.width = copy.height = PAD_SIZE
  const context = copy.getContext("2d")
  for (const layer of layers()) context.drawImage(layer, 0, 0, PAD_SIZE, PAD_SIZE)
  return new Promise((done) => copy.toBlob(done, "image/png"))
}

function save(blob, name) {
  const link = document.createElement("a")
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}
