// The canvas package's canvas: the only file that knows how the package is built. Its shadow root is open, and its
// toolbar has all that a pad needs, only in the wrong place: unseen over the pad's upper right tenth, where strokes
// that began were lost. So it is taken out of sight, and pressed from here.
const BUTTONS = { undo: "Undo", reset: "Reset canvas & history", send: "Update the app with this drawing" }

const rules = new CSSStyleSheet()
rules.replaceSync(`
  .dc-toolbar { display: none !important }
  .dc-root, .dc-scroll { width: 100% !important; overflow: hidden !important; border-radius: inherit }
  .dc-container { width: 100% !important; height: auto !important; aspect-ratio: 1 }
  .canvas-container, canvas { width: 100% !important; height: 100% !important }
  canvas { outline: none !important }
`)

function root() {
  for (const host of document.querySelectorAll(".st-key-pad *")) if (host.shadowRoot) return host.shadowRoot
  return null
}

// "rebuilt": in the same place there is another canvas, which knows only what the server gave it
export const canvases = new EventTarget()

let dressed = null // the root of the pad's canvas
let current = null // that canvas
let waiting = false

function dress() {
  if (!pad() || waiting) return
  const found = root()
  if (!found) {
    waiting = true // its place is there, the canvas is still to come
    requestAnimationFrame(() => {
      waiting = false
      dress()
    })
  } else if (found !== dressed) {
    dressed = found
    found.adoptedStyleSheets = [...found.adoptedStyleSheets, rules]
    inner.disconnect()
    inner.observe(found, { childList: true, subtree: true })
    current = upper()
  }
}

// Streamlit may build a component anew within its place.
const inner = new MutationObserver(() => {
  const now = upper()
  if (now && current && now !== current) canvases.dispatchEvent(new Event("rebuilt"))
  current = now ?? current
})
// A page that is left takes its canvas along; the next one makes another.
new MutationObserver(dress).observe(document.body, { childList: true, subtree: true })

export function isCanvas(target) {
  return target instanceof HTMLCanvasElement && target.classList.contains("upper-canvas")
}

// The pad as the page knows it.
export const pad = () => document.querySelector(".st-key-pad")

// The canvas that takes the pointer; null where there is none.
export function upper() {
  return root()?.querySelector("canvas.upper-canvas") ?? null
}

// The finished strokes, and the one that is being drawn: both lie over each other.
export function layers() {
  const found = root()
  return found ? [...found.querySelectorAll("canvas.dc-canvas")] : []
}

// Whether there was something to press.
export function press(name) {
  const button = root()?.querySelector(`button[aria-label="${BUTTONS[name]}"]`)
  if (!button || button.disabled) return false
  button.click()
  return true
}

dress()
