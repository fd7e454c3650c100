// What the server said last, what the tab keeps for a reload, and that something on the pad has changed.
const KEY = "digitlab-drawing"
const IN_LINK = ["drawing", "example", "sample"] // a link that asks for a digit of its own

// "answer": the server has answered a drawing; "given": it has put one on the canvas; "changed": the canvas took strokes
// back by itself, the server will answer
export const events = new EventTarget()

// The drawing that the server answered, as text (digitlab/draw/link.py); "" for an empty pad.
export const drawing = () => answer()?.dataset.drawing ?? ""

// How many strokes it has.
export const strokesAnswered = () => Number(answer()?.dataset.strokes ?? 0)

const answer = () => document.querySelector("[data-drawing]")

let last
let followed = null
const answers = new MutationObserver(() => {
  const now = answer()
  if (!now || now === last) return
  last = now
  if (now.dataset.session === followed) keep(now.dataset.drawing)
  events.dispatchEvent(new Event("answer"))
})
answers.observe(document.body, { childList: true, subtree: true })

// Keep from now on what this session of the server answers. A new one begins with an empty pad: that is not to
// replace what the tab kept before it was asked for it.
export function follow(session) {
  followed = session
}

// What the tab kept, unless its link asks for something else by now.
export function kept() {
  try {
    const { link, text } = JSON.parse(sessionStorage.getItem(KEY) ?? "{}")
    return link === asked() ? text : null
  } catch {
    return null // no storage, or none of ours in it
  }
}

function keep(text) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify({ link: asked(), text }))
  } catch {
    // a browser that keeps nothing: the drawing is gone after a reload
  }
}

function asked() {
  const query = new URLSearchParams(location.search)
  return IN_LINK.map((name) => query.get(name) ?? "").join(" ")
}
